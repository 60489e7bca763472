-- VLANs on a link: the options of `ip link … type vlan`.

local links = require "links"

local under = "ip link add e0 address 02:00:00:00:00:01 type dummy; "

--- An option of a VLAN, when it is made.
local function option(key, value, words, more)
  local row = {
    key,
    before = under,
    make = function(ns) ns:link_add("e0.7", { type = "vlan", link = "e0", id = 7, [key] = value }) end,
    tool = "ip link add link e0 name e0.7 type vlan id 7 " .. words,
    want = { { name = "e0.7", type = "vlan", link = "e0", [key] = value } },
    again = true,
  }
  for name, part in pairs(more or {}) do row[name] = part end
  return row
end

--- The same of one that is there.
local function change(key, value, words)
  return {
    key .. ", later",
    before = under .. "ip link add link e0 name e0.7 type vlan id 7",
    make = function(ns) ns:link_set("e0.7", { [key] = value }) end,
    tool = "ip link set e0.7 type vlan " .. words,
    want = { { name = "e0.7", [key] = value } },
  }
end

return {
  json = links.json,
  read = links.read,
  write = links.write,
  needs = { "8021q", "dummy" },
  option("id", 7, ""),
  option("protocol", "802.1ad", "protocol 802.1ad"),
  option("reorder_hdr", false, "reorder_hdr off"),
  option("gvrp", true, "gvrp on", { needs = { "8021q", "dummy", "garp" } }),
  option("mvrp", true, "mvrp on", { needs = { "8021q", "dummy", "mrp" } }),
  option("loose_binding", true, "loose_binding on"),
  option("egress_qos_map", { "1:2", "3:4" }, "egress-qos-map 1:2 3:4"),
  option("ingress_qos_map", { "5:6" }, "ingress-qos-map 5:6"),
  {
    "two VLANs, one in the other",
    before = under .. "ip link set e0 up",
    make = function(ns)
      ns:link_add("e0.7", { type = "vlan", link = "e0", id = 7, protocol = "802.1ad", up = true })
      ns:link_add("in", { type = "vlan", link = "e0.7", id = 9, mac = "02:00:00:00:00:09" })
    end,
    tool = [[ip link add link e0 name e0.7 up type vlan id 7 protocol 802.1ad
             ip link add link e0.7 name in address 02:00:00:00:00:09 type vlan id 9]],
    want = { { name = "e0.7", link = "e0" }, { name = "in", link = "e0.7", id = 9 } },
    again = true,
  },
  change("reorder_hdr", false, "reorder_hdr off"),
  change("loose_binding", true, "loose_binding on"),
  change("egress_qos_map", { "0:3" }, "egress-qos-map 0:3"),
  {
    "on a bridge",
    needs = { "8021q", "bridge" },
    before = "ip link add br0 address 02:00:00:00:00:03 type bridge",
    make = function(ns) ns:link_add("v", { type = "vlan", link = "br0", id = 1, bridge_binding = true }) end,
    tool = "ip link add link br0 name v type vlan id 1 bridge_binding on",
    want = { { name = "v", link = "br0", bridge_binding = true } },
    again = true,
  },
  {
    "without a link",
    make = function(ns) ns:link_add("e0.7", { type = "vlan", id = 7 }) end,
    tool = "ip link add e0.7 type vlan id 7",
    fails = { code = "EINVAL", object = "e0.7", message = "stands on another", hint = "link = " },
  },
  {
    "without an id",
    before = under,
    make = function(ns) ns:link_add("e0.7", { type = "vlan", link = "e0" }) end,
    tool = "ip link add link e0 name e0.7 type vlan",
    fails = { code = "EINVAL", object = "e0.7", message = 'option "id" is needed' },
  },
  {
    "an id out of its range",
    before = under,
    make = function(ns) ns:link_add("e0.7", { type = "vlan", link = "e0", id = 4096 }) end,
    tool = "ip link add link e0 name e0.7 type vlan id 4096",
    fails = { code = "ERANGE", object = "e0.7", message = "id", kernel = "Invalid VLAN id" },
  },
  {
    "an id that is taken",
    before = under .. "ip link add link e0 name e0.7 type vlan id 7",
    make = function(ns) ns:link_add("e0.8", { type = "vlan", link = "e0", id = 7 }) end,
    tool = "ip link add link e0 name e0.8 type vlan id 7",
    fails = { code = "EEXIST", kernel = "VLAN device already exists" },
  },
  {
    "a map that is none",
    before = under,
    make = function(ns) ns:link_add("e0.7", { type = "vlan", link = "e0", id = 7, egress_qos_map = { "1-2" } }) end,
    tool = "ip link add link e0 name e0.7 type vlan id 7 egress-qos-map 1-2",
    fails = { code = "EINVAL", message = "egress_qos_map" },
  },
}
