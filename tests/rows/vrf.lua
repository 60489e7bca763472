-- VRFs: `ip link … type vrf`.

local links = require "links"

local vrf = "ip link add red address 02:00:00:00:00:03 type vrf table 10"

return {
  needs = { "vrf" },
  json = links.json,
  read = links.read,
  write = links.write,
  {
    "a table",
    make = function(ns) ns:link_add("red", { type = "vrf", mac = "02:00:00:00:00:03", table = 10 }) end,
    tool = vrf,
    want = { { name = "red", type = "vrf", table = 10 } },
    again = true,
  },
  {
    "a port",
    pair = true,
    before = vrf .. "; ip link set red up",
    make = function(ns) ns:link_set("v0", { master = "red", up = true }) end,
    tool = "ip link set v0 master red; ip link set v0 up",
    want = { { name = "v0", master = "red", up = true } },
  },
  {
    "the routes of its table",
    pair = true,
    before = vrf .. "; ip link set red up; ip link set v0 master red; ip link set v0 addrgenmode none; ip link set v0 up",
    make = function(ns)
      ns:addr_add("v0", "10.0.0.1/24")
      ns:route_add("10.9.0.0/16", { via = "10.0.0.2", table = 10 })
    end,
    tool = "ip addr add 10.0.0.1/24 dev v0; ip route add 10.9.0.0/16 via 10.0.0.2 table 10",
    json = "ip -json route show table 10",
    read = function(ns) return ns:route_list { table = 10, proto = "boot" } end,
    want = { dst = "10.9.0.0/16", table = "10", dev = "v0" },
    write = function(ns, records)
      for _, record in ipairs(records) do ns:route_replace(record.dst, record) end
    end,
  },
  {
    "a table by its name",
    make = function(ns) ns:link_add("red", { type = "vrf", mac = "02:00:00:00:00:03", table = "default" }) end,
    tool = "ip link add red address 02:00:00:00:00:03 type vrf table default",
    want = { { name = "red", table = 253 } },
  },
  {
    "a port, by the word of VRFs",
    pair = true,
    before = vrf .. "; ip link set red up",
    make = function(ns) ns:link_set("v0", { vrf = "red", up = true }) end,
    tool = "ip link set v0 vrf red; ip link set v0 up",
    want = { { name = "v0", master = "red", up = true, vrf_table = 10 } },
  },
  {
    "another table, later",
    before = vrf,
    make = function(ns) ns:link_set("red", { table = 11 }) end,
    tool = "ip link set red type vrf table 11",
    fails = { code = "EOPNOTSUPP", object = "red", message = 'a "vrf" link keeps its "table"', hint = "make it anew" },
  },
  {
    "a table there is not",
    make = function(ns) ns:link_add("red", { type = "vrf", table = "nowhere" }) end,
    tool = "ip link add red type vrf table nowhere",
    fails = { code = "EINVAL", object = "red", message = "rt_tables" },
  },
  {
    "without a table",
    make = function(ns) ns:link_add("red", { type = "vrf" }) end,
    fails = { code = "EINVAL", object = "red", message = 'option "table" is needed' },
  },
}
