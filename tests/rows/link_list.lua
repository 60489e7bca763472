-- Which links are listed, and deleted together: `ip link show` and `ip link delete` with their words.

local json = require "json"

local links = [[
  ip link add br0 type bridge
  ip link add br1 group 7 type bridge
  ip link add v0 type veth peer name v1
  ip link add v2 type veth peer name v3
  ip link set v0 master br0 group 7
  ip link set v2 master br1 up
]]

--- The names of records, in one order.
local function names(records, key)
  local found = {}
  for _, record in ipairs(records) do
    if next(record) then found[#found + 1] = record[key] end
  end
  table.sort(found)
  return table.concat(found, " ")
end

--- A row for those that these options list.
local function listed(opts, words, more)
  local row = {
    "links that are " .. words,
    before = links,
    check = function(ns)
      local got = names(ns:link_list(opts), "name")
      local want = names(json.decode(ns:output("ip -json link show " .. words)), "ifname")
      assert(want ~= "" and got == want, ("%s, and not %s"):format(got, want))
    end,
  }
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

--- What is left after the links that these options mean are deleted.
local function flushed(name, opts, deleted, left)
  return {
    name .. ", deleted",
    before = links,
    check = function(ns)
      local count = ns:link_flush(opts)
      local got = names(ns:link_list { down = true }, "name")
      assert(count == deleted and got == left, ("%d were deleted, and there are %s"):format(count, got))
    end,
  }
end

return {
  listed({ up = true }, "up"),
  listed({ master = "br0" }, "master br0"),
  listed({ nomaster = true }, "nomaster"),
  listed({ group = 7 }, "group 7"),
  listed({ group = "default" }, "group default"),
  listed({ type = "bridge" }, "type bridge"),
  listed({ type = "veth", group = 7 }, "group 7 type veth"),
  listed({ type = "bridge_slave" }, "type bridge_slave"),
  listed({ vrf = "red" }, "vrf red", {
    needs = { "vrf" },
    before = links .. "ip link add red type vrf table 10; ip link set v3 master red",
  }),
  {
    "links that are down",
    before = links,
    check = function(ns)
      local got = names(ns:link_list { down = true }, "name")
      assert(got == "br0 br1 lo v0 v1 v3", got)
    end,
  },
  {
    "taps",
    before = "ip tuntap add t0 mode tap; ip tuntap add t1 mode tun",
    check = function(ns) assert(names(ns:link_list { type = "tap" }, "name") == "t0", "the one of two") end,
  },
  {
    "ports of a link there is not",
    make = function(ns) ns:link_list { master = "br9" } end,
    tool = "ip link show master br9",
    fails = { code = "ENODEV", message = "br9" },
  },
  flushed("a group of links", { group = 7 }, 2, "br0 lo v3"),
  flushed("bridges", { type = "bridge" }, 2, "lo v0 v1 v3"),
  flushed("the ports of a bridge", { master = "br0" }, 1, "br0 br1 lo v3"),
  flushed("all that is down, but for lo", { down = true }, 5, "lo"),
  {
    "a group there is not, deleted",
    check = function(ns) assert(ns:link_flush { group = 99 } == 0, "there was none") end,
  },
  {
    "all links, deleted",
    make = function(ns) ns:link_flush {} end,
    tool = "ip link delete",
    fails = { code = "EINVAL", message = "group" },
  },
}
