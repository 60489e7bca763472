-- Groups of multicast: `bridge mdb` beside `mdb_*`.

local rows = require "rows"

local quiet = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6\necho 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6\n"
local ports = quiet .. [[
  ip link add br0 address 02:00:00:00:00:0b up type bridge
  ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04
  for link in v1 w1; do ip link set $link up; done
  for link in v0 w0; do ip link set $link up master br0; done
  until bridge link show dev w0 | grep -q forwarding; do sleep 0.01; done
]]
local several = ports .. [[
  bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent
  bridge mdb add dev br0 port w0 grp 239.1.1.1
  bridge mdb add dev br0 port v0 grp 239.1.1.2
]]
local igmp = ports .. "ip link set br0 type bridge mcast_igmp_version 3 mcast_mld_version 2"

--- A row for a member at the port v0.
local function member(name, group, opts, words, want, more)
  opts.port = "v0"
  local row = {
    name,
    make = function(ns) ns:mdb_add("br0", group, opts) end,
    tool = ("bridge mdb add dev br0 port v0 grp %s %s"):format(group, words),
    want = { { dev = "br0", grp = group, port = "v0" } },
    again = true,
  }
  for key, value in pairs(want) do row.want[1][key] = value end
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for what `bridge` of these days cannot say: nsl makes it, reads it back, and takes it away again.
local function own(name, dev, group, opts, want, before)
  return {
    name,
    before = before or igmp,
    make = function(ns)
      ns:mdb_add(dev, group, opts)
      local found = ns:mdb_get(dev, group)
      for key, value in pairs(want) do
        local there = found[1][key]
        if type(value) == "table" then
          table.sort(there)
          there, value = table.concat(there, " "), table.concat(value, " ")
        end
        if there ~= value then error(("%s is %s"):format(key, there)) end
      end
      ns:mdb_replace(dev, group, found[1])
      for _, one in ipairs(found) do ns:mdb_delete(one.dev, one.grp, one) end
      if #ns:mdb_list(dev) ~= 0 then error(tostring(ns:mdb_list(dev))) end
      ns:link_set("lo", { up = true })
    end,
    tool = "ip link set lo up",
    json = "ip -json link show lo",
    read = function(ns) return ns:link_get "lo" end,
    write = false,
  }
end

--- A row for a list with these options, by which nsl finds so many.
local function listed(name, opts, number, want)
  return {
    name,
    before = several,
    tool = "true",
    json = "bridge mdb show",
    read = function(ns)
      local found = ns:mdb_list(opts)
      if #found ~= number then error(tostring(found)) end
      return found
    end,
    want = want,
    write = false,
  }
end

local function flushed(name, opts, number, tool, want)
  return {
    name,
    before = several,
    make = function(ns)
      local count = ns:mdb_flush("br0", opts)
      if count ~= number then error(count .. " were flushed") end
    end,
    tool = tool,
    want = want,
    write = false,
  }
end

return {
  pair = true,
  before = ports,
  -- The order of the ports is by chance: lines are sorted, what is inside JSON is not.
  json = "bridge -details mdb show",
  read = function(ns) return ns:mdb_list() end,
  write = rows.rewrites("mdb", "dev", "grp"),
  same = { "timer" },
  member("permanent", "239.1.1.1", { permanent = true }, "permanent", { permanent = true }),
  member("temp unless told", "239.1.1.1", {}, "", { temp = true }),
  member("temp", "239.1.1.1", { temp = true }, "temp", { temp = true }),
  member("of IPv6", "ff0e::1", { permanent = true }, "permanent", { permanent = true }),
  member("of no IP", "01:02:03:04:05:06", { permanent = true }, "permanent", { permanent = true }),
  member("of a source", "239.1.1.1", { src = "10.0.0.1", permanent = true }, "src 10.0.0.1 permanent",
    { src = "10.0.0.1" }, { before = igmp }),
  member("of a source of IPv6", "ff0e::1", { src = "2001:db8::1" }, "src 2001:db8::1", { src = "2001:db8::1" },
    { before = igmp }),
  member("of a VLAN", "239.1.1.1", { vid = 10, permanent = true }, "permanent vid 10", { vid = 10 }, {
    needs = { "bridge" },
    before = ports .. "ip link set br0 type bridge vlan_filtering 1\nbridge vlan add vid 10 dev v0",
  }),
  {
    "of the bridge itself",
    make = function(ns) ns:mdb_add("br0", "239.1.1.1") end,
    tool = "bridge mdb add dev br0 port br0 grp 239.1.1.1",
    want = { { dev = "br0", port = "br0", grp = "239.1.1.1", temp = true } },
    again = true,
  },
  {
    "two of a group",
    make = function(ns)
      ns:mdb_add("br0", "239.1.1.1", { port = "v0", permanent = true })
      ns:mdb_add("br0", "239.1.1.1", { port = "w0", permanent = true })
      ns:mdb_add("br0", "239.1.1.2", { port = "w0", permanent = true })
      ns:mdb_delete("br0", "239.1.1.2", { port = "w0" })
    end,
    tool = [[
      bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent
      bridge mdb add dev br0 port w0 grp 239.1.1.1 permanent
    ]],
    want = { { port = "v0" }, { port = "w0" } },
    again = true,
  },
  {
    "one asked for",
    before = several,
    tool = "true",
    read = function(ns) return ns:mdb_get("br0", "239.1.1.1") end,
    want = { { port = "v0", permanent = true }, { port = "w0", temp = true } },
    write = false,
  },
  {
    "a port with a router",
    make = function(ns) ns:link_set("v0", { mcast_router = 2 }) end,
    tool = "bridge link set dev v0 mcast_router 2",
    json = "bridge -json -details -statistics mdb show",
    read = function(ns) return ns:mdb_routers() end,
    want = { { dev = "br0", port = "v0", type = "permanent" } },
    write = false,
  },
  own("filter_mode and source_list", "br0", "239.1.1.1",
    { port = "v0", filter_mode = "include", source_list = { "10.0.0.1", "10.0.0.2" } },
    { filter_mode = "include", source_list = { "10.0.0.1", "10.0.0.2" } }),
  own("sources that are excluded", "br0", "ff0e::1",
    { port = "v0", filter_mode = "exclude", source_list = { "2001:db8::1" }, permanent = true },
    { filter_mode = "exclude", source_list = { "2001:db8::1" }, permanent = true }),
  own("proto", "br0", "239.1.1.1", { port = "v0", proto = "bgp", permanent = true }, { proto = "bgp" }),
  own("of a vxlan link", "x0", "239.1.1.1", { dst = "10.0.0.2", dst_port = 4790, vni = 8, via = "lo", permanent = true },
    { port = "x0", dst = "10.0.0.2", dst_port = 4790, vni = 8, via = "lo", permanent = true },
    quiet .. "ip link add x0 address 02:00:00:00:00:0c up type vxlan id 7 dstport 4789"),
  own("of a VNI", "x0", "239.1.1.1", { dst = "10.0.0.2", src_vni = 5, permanent = true },
    { dst = "10.0.0.2", src_vni = 5 },
    quiet .. "ip link add x0 address 02:00:00:00:00:0c up type vxlan external vnifilter dstport 4789\nbridge vni add dev x0 vni 5"),
  listed("all", nil, 3, { { grp = "239.1.1.1" }, { grp = "239.1.1.2" } }),
  listed("those at a port", { port = "w0" }, 1, { { port = "w0" } }),
  listed("permanent ones", { permanent = true }, 1, { { port = "v0", grp = "239.1.1.1" } }),
  listed("others than permanent ones", { permanent = false }, 2, { { grp = "239.1.1.2" } }),
  listed("those of a program, by its number", { proto = 4 }, 3, { { grp = "239.1.1.1" } }),
  flushed("all flushed but one group", { permanent = false }, 2,
    "bridge mdb del dev br0 port w0 grp 239.1.1.1; bridge mdb del dev br0 port v0 grp 239.1.1.2",
    { { grp = "239.1.1.1", port = "v0" } }),
  flushed("those at a port flushed", { port = "v0" }, 2,
    "bridge mdb del dev br0 port v0 grp 239.1.1.1; bridge mdb del dev br0 port v0 grp 239.1.1.2",
    { { grp = "239.1.1.1", port = "w0" } }),
  {
    "twice",
    make = function(ns)
      ns:mdb_add("br0", "239.1.1.1", { port = "v0" })
      ns:mdb_add("br0", "239.1.1.1", { port = "v0" })
    end,
    fails = { code = "EEXIST", object = "br0", message = 'member of group 239.1.1.1 at "anonymous/br0" already exists' },
  },
  {
    "deleted and not there",
    make = function(ns) ns:mdb_delete("br0", "239.1.1.1", { port = "v0" }) end,
    tool = "bridge mdb del dev br0 port v0 grp 239.1.1.1",
    fails = { code = "ENOENT", object = "br0", message = "there is no member of group 239.1.1.1" },
  },
  {
    "asked for and not there",
    make = function(ns) ns:mdb_get("br0", "239.1.1.1") end,
    fails = { code = "ENOENT", object = "br0", message = "there is no member of group 239.1.1.1" },
  },
  {
    "no group",
    make = function(ns) ns:mdb_add("br0", "10.0.0.1", { port = "v0" }) end,
    tool = "bridge mdb add dev br0 port v0 grp 10.0.0.1",
    fails = { code = "EINVAL", object = "br0" },
  },
  {
    "no address",
    make = function(ns) ns:mdb_add("br0", "nonsense", { port = "v0" }) end,
    fails = { code = "EINVAL", message = '"nonsense" is no group' },
  },
  {
    "of no bridge",
    make = function(ns) ns:mdb_add("v1", "239.1.1.1") end,
    tool = "bridge mdb add dev v1 port v1 grp 239.1.1.1",
    fails = { code = "EOPNOTSUPP", object = "v1", message = "keeps no groups" },
  },
  {
    "a port there is not",
    make = function(ns) ns:mdb_add("br0", "239.1.1.1", { port = "v7" }) end,
    tool = "bridge mdb add dev br0 port v7 grp 239.1.1.1",
    fails = { code = "ENODEV", object = "v7" },
  },
}
