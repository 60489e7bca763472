-- Links that share the hardware of another: the options of `ip link … type macvlan`, `macvtap`, `ipvlan`, `ipvtap`.

local links = require "links"

local under = "ip link add e0 address 02:00:00:00:00:01 type dummy; "
local mac = "02:00:00:00:00:07"

--- An option of a link of this kind, when it is made.
local function option(kind, key, value, words, more)
  local address = kind:find "^mac" and mac or nil
  local row = {
    ("%s of a %s: %s"):format(key, kind, type(value) == "string" and value or words),
    needs = { kind, "dummy" },
    before = under,
    make = function(ns) ns:link_add("m0", { type = kind, link = "e0", mac = address, [key] = value }) end,
    tool = ("ip link add link e0 name m0 %s type %s %s"):format(address and "address " .. address or "", kind, words),
    want = { { name = "m0", type = kind, link = "e0", [key] = value } },
    again = true,
  }
  for name, part in pairs(more or {}) do row[name] = part end
  return row
end

--- The same of one that is there.
local function change(kind, key, value, words, first)
  return {
    ("%s of a %s, later"):format(key, kind),
    needs = { kind, "dummy" },
    before = ("%s ip link add link e0 name m0 type %s %s"):format(under, kind, first or ""),
    make = function(ns) ns:link_set("m0", { [key] = value }) end,
    tool = ("ip link set m0 type %s %s"):format(kind, words),
    want = { { name = "m0", [key] = value } },
  }
end

return {
  json = links.json,
  read = links.read,
  write = links.write,
  same = { "num_tx_queues", "num_rx_queues", "usedbcqueuelen" },
  option("macvlan", "mode", "private", "mode private"),
  option("macvlan", "mode", "vepa", "mode vepa"),
  option("macvlan", "mode", "bridge", "mode bridge"),
  option("macvlan", "mode", "passthru", "mode passthru", { again = false }),
  option("macvlan", "mode", "source", "mode source"),
  option("macvlan", "bcqueuelen", 500, "bcqueuelen 500"),
  {
    "bclim of a macvlan",
    since = "6.4",
    pair = true,
    make = function(ns) ns:link_add("m0", { type = "macvlan", link = "v0", mac = mac, bclim = -1 }) end,
    want = { { name = "m0", type = "macvlan", bclim = -1 } },
  },
  {
    "bclim of a macvlan, later",
    since = "6.4",
    pair = true,
    before = "ip link add link v0 name m0 type macvlan",
    make = function(ns) ns:link_set("m0", { bclim = 12 }) end,
    want = { { name = "m0", bclim = 12 } },
  },
  option("macvtap", "mode", "bridge", "mode bridge"),
  option("macvtap", "mode", "vepa", "mode vepa"),
  option("ipvlan", "mode", "l2", "mode l2"),
  option("ipvlan", "mode", "l3", "mode l3"),
  option("ipvlan", "mode", "l3s", "mode l3s"),
  option("ipvlan", "private", true, "mode l3 private", {
    make = function(ns) ns:link_add("m0", { type = "ipvlan", link = "e0", mode = "l3", private = true }) end,
  }),
  option("ipvlan", "vepa", true, "mode l2 vepa", {
    make = function(ns) ns:link_add("m0", { type = "ipvlan", link = "e0", mode = "l2", vepa = true }) end,
  }),
  option("ipvtap", "mode", "l3", "mode l3"),
  {
    "without promisc",
    needs = { "macvlan", "dummy" },
    before = under,
    make = function(ns) ns:link_add("m0", { type = "macvlan", link = "e0", mode = "passthru", nopromisc = true }) end,
    tool = "ip link add link e0 name m0 type macvlan mode passthru nopromisc",
    want = { { name = "m0", mode = "passthru", nopromisc = true } },
  },
  {
    "one flag beside the other, later",
    needs = { "macvlan", "dummy" },
    before = under .. "ip link add link e0 name m0 type macvlan mode source nodst",
    make = function(ns) ns:link_set("m0", { nopromisc = true }) end,
    want = { { name = "m0", nopromisc = true, nodst = true } },
  },
  {
    "neither of the flags of an ipvlan any more",
    needs = { "ipvlan", "dummy" },
    before = under .. "ip link add link e0 name m0 type ipvlan mode l2 private",
    make = function(ns) ns:link_set("m0", { bridge = true }) end,
    tool = "ip link set m0 type ipvlan mode l2 bridge",
    want = { { name = "m0", mode = "l2", bridge = true } },
  },
  {
    "both flags of an ipvlan",
    needs = { "ipvlan", "dummy" },
    before = under,
    make = function(ns) ns:link_add("m0", { type = "ipvlan", link = "e0", private = true, vepa = true }) end,
    fails = { code = "EINVAL", object = "m0" },
  },
  {
    "the addresses of the mode source",
    needs = { "macvlan", "dummy" },
    before = under,
    make = function(ns)
      ns:link_add("m0", { type = "macvlan", link = "e0", mac = mac, mode = "source", macaddr = { "02:00:00:00:00:11", "02:00:00:00:00:12" } })
    end,
    tool = ([[ip link add link e0 name m0 address %s type macvlan mode source
              ip link set m0 type macvlan macaddr set 02:00:00:00:00:11 02:00:00:00:00:12]]):format(mac),
    want = { { name = "m0", macaddr = { "02:00:00:00:00:12", "02:00:00:00:00:11" } } }, -- as the kernel's table has them,
    again = true,
  },
  {
    "no addresses of the mode source any more",
    needs = { "macvlan", "dummy" },
    before = under .. [[ip link add link e0 name m0 type macvlan mode source
                        ip link set m0 type macvlan macaddr set 02:00:00:00:00:11 02:00:00:00:00:12]],
    make = function(ns) ns:link_set("m0", { macaddr = {} }) end,
    tool = "ip link set m0 type macvlan macaddr flush",
    want = { { name = "m0", mode = "source" } },
  },
  change("macvlan", "mode", "private", "mode private", "mode bridge"),
  change("macvlan", "bcqueuelen", 300, "bcqueuelen 300"),
  change("macvtap", "mode", "private", "mode private", "mode bridge"),
  change("ipvlan", "mode", "l3", "mode l3", "mode l2"),
  {
    "an eth0 on another namespace's eth0",
    before = "ip link add br0 address 02:00:00:00:00:01 type bridge",
    make = function(ns)
      local other <close> = netns.add()
      other:link_add("m0", { type = "macvlan", link = ns:link "br0", mac = mac, mode = "bridge", up = true })
      local there = other:link_get "m0"
      assert(there.link_netnsid and there.up and there.address == mac and there.mode == "bridge", "as asked")
      other:link_add("br0", { type = "macvlan", link = ns:link "br0" })
      assert(#other:link_list() == 3 and #ns:link_list() == 2, "where it belongs")
      other:link_set("m0", { netns = ns })
    end,
    tool = ("ip link add link br0 name m0 address %s up type macvlan mode bridge; ip link set m0 down"):format(mac),
    want = { { name = "m0", type = "macvlan", link = "br0", mode = "bridge" } },
    same = { "num_tx_queues", "num_rx_queues", "qdisc" }, -- it was up
  },
  {
    "a mode there is not",
    before = "ip link add br0 type bridge",
    make = function(ns) ns:link_add("m0", { type = "macvlan", link = "br0", mode = "publik" }) end,
    tool = "ip link add link br0 name m0 type macvlan mode publik",
    fails = { code = "EINVAL", object = "m0", message = "mode.*bridge" },
  },
  {
    "without a link",
    make = function(ns) ns:link_add("m0", { type = "macvlan" }) end,
    tool = "ip link add m0 type macvlan",
    fails = { code = "EINVAL", object = "m0", message = "stands on another" },
  },
  {
    "on a link that another kind has",
    needs = { "macvlan", "ipvlan", "dummy" },
    before = under .. "ip link add link e0 name m1 type macvlan",
    make = function(ns) ns:link_add("m0", { type = "ipvlan", link = "e0" }) end,
    tool = "ip link add link e0 name m0 type ipvlan",
    fails = { code = "EBUSY", object = "m0", message = 'e0" can have no "ipvlan" link' },
  },
  {
    "a link there is not",
    make = function(ns) ns:link_add("m0", { type = "macvlan", link = "e9" }) end,
    tool = "ip link add link e9 name m0 type macvlan",
    fails = { code = "ENODEV", message = "e9" },
  },
}
