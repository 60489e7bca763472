-- What links count: `ip stats` beside `stats_get` and `stats_set`. What `ip` shows is compared with what nsl reads of the same link.

local json = require "json"

--- Where each of these numbers is not the same in what nsl read.
local function lacking(theirs, ours, path)
  if type(theirs) ~= "table" then return theirs ~= ours and path or nil end
  for key, value in pairs(theirs) do
    local wrong = lacking(value, type(ours) == "table" and ours[key], path .. "." .. key)
    if wrong then return wrong end
  end
end

--- A row: what a group of a link is, by `ip` and by nsl. `of` finds in what nsl read what `ip` calls `key`.
local function group(name, before, words, key, of, more)
  local dev, group_name = words:match "^(%S+) group (%S+)"
  local row = {
    name,
    before = before,
    check = function(ns)
      local wrong
      for _ = 1, 20 do
        local shown = json.decode(ns:output("ip -json stats show dev " .. words))
        local ours = of(ns:stats_get(dev, group_name))
        assert(ours, "nsl reads nothing")
        for _, one in ipairs(shown) do
          local theirs = one[key]
          if theirs then
            wrong = lacking(theirs, ours, key)
            if not wrong and next(theirs) then return end
          end
        end
        task.sleep(0.05)
      end
      error(wrong or "ip shows nothing")
    end,
  }
  for option, value in pairs(more or {}) do row[option] = value end
  return row
end

local up = [[
  ip link set v0 up
  ip link set v1 up
]]

local bridge = up .. [[
  ip link add br0 type bridge mcast_snooping 1 mcast_stats_enabled 1
  ip link set v0 master br0
  ip link set br0 up
]]

local bond = [[
  ip link add b0 type bond mode 802.3ad
  ip link add w0 type veth peer name w1
  ip link set w0 master b0
]]

return {
  pair = true,
  group("of a link", up, "v0 group link", "stats64", function(read) return read.link end),
  group("multicast of a bridge", bridge, "br0 group xstats subgroup bridge suite mcast", "multicast",
    function(read) return read.xstats.bridge.mcast end),
  group("multicast of a port", bridge, "v0 group xstats_slave subgroup bridge suite mcast", "multicast",
    function(read) return read.xstats_slave.bridge.mcast end),
  group("spanning tree of a port", bridge, "v0 group xstats_slave subgroup bridge suite stp", "stp",
    function(read) return read.xstats_slave.bridge.stp end),
  group("of a bond", bond, "b0 group xstats subgroup bond", "802.3ad", function(read) return read.xstats.bond["802.3ad"] end,
    { needs = { "bonding", "veth" } }),
  group("of a bond's port", bond, "w0 group xstats_slave subgroup bond", "802.3ad",
    function(read) return read.xstats_slave.bond["802.3ad"] end, { needs = { "bonding", "veth" } }),
  group("of MPLS", up .. "sysctl -w net.mpls.conf.v0.input=1", "v0 group afstats subgroup mpls", "mpls_stats",
    function(read) return read.afstats.mpls end, { needs = { "mpls_router", "veth" } }),
  {
    "of VLANs in a bridge",
    needs = { "bridge", "veth" },
    before = up .. [[
      ip link add br0 type bridge vlan_filtering 1 vlan_stats_enabled 1
      ip link set v0 master br0
      ip link set br0 up
      bridge vlan add vid 7 dev br0 self
      ip addr add 10.0.0.1/24 dev br0
    ]],
    check = function(ns)
      ns:ping("10.0.0.2", { count = 1, timeout = 0.2 })
      local vlans = ns:stats_get("br0", "xstats").xstats.bridge.vlan
      local by_vid = {}
      for _, vlan in ipairs(vlans) do by_vid[vlan.vid] = vlan end
      assert(by_vid[1].tx.packets > 0 and by_vid[1].tx.bytes > 0 and by_vid[7].tx.packets == 0)
    end,
  },
  {
    "of hardware, asked for",
    before = up,
    make = function(ns) ns:stats_set("v0", { l3_stats = true }) end,
    tool = "ip stats set dev v0 l3_stats on",
    json = "ip -json stats show dev v0 group offload subgroup hw_stats_info",
    read = function(ns) return ns:stats_get("v0", "offload") end,
    want = { offload = { hw_stats_info = { l3_stats = { request = true } }, l3_stats = { rx = { bytes = 0 } } } },
    write = function(ns, records)
      local info = records.offload.hw_stats_info
      ns:stats_set("v0", { l3_stats = info and info.l3_stats.request })
    end,
    again = true,
  },
  {
    "of hardware, no more",
    before = up .. "ip stats set dev v0 l3_stats on",
    make = function(ns) ns:stats_set("v0", { l3_stats = false }) end,
    tool = "ip stats set dev v0 l3_stats off",
    json = "ip -json stats show dev v0 group offload subgroup hw_stats_info",
    read = function(ns) return ns:stats_get("v0", "offload") end,
    want = { offload = { hw_stats_info = { l3_stats = { request = false } } } },
  },
  {
    "in a link's own record",
    before = up,
    check = function(ns)
      local wrong
      for _ = 1, 20 do
        local theirs = json.decode(ns:output "ip -json -s -s link show v0")[1].stats64
        local ours = ns:link_get("v0").stats
        local told = { multicast = theirs.rx.multicast, collisions = theirs.tx.collisions, carrier_changes = theirs.tx.carrier_changes }
        for _, key in ipairs { "bytes", "packets", "errors", "dropped" } do
          told["rx_" .. key], told["tx_" .. key] = theirs.rx[key], theirs.tx[key]
        end
        for _, key in ipairs { "over_errors", "missed_errors" } do told["rx_" .. key] = theirs.rx[key] end
        told.tx_carrier_errors = theirs.tx.carrier_errors
        wrong = lacking(told, ours, "stats") or lacking(ours, told, "stats")
        if not wrong and ours.carrier_changes > 0 then return end
        task.sleep(0.05)
      end
      error(wrong or "the cable never came")
    end,
  },
  {
    "all groups",
    before = bridge,
    check = function(ns)
      local all = ns:stats_get "v0"
      assert(all.dev == "v0" and all.link.rx.bytes and all.xstats_slave.bridge.stp.rx_bpdu == 0 and not all.xstats)
    end,
  },
  {
    "a group that is none",
    before = up,
    make = function(ns) ns:stats_get("v0", "xstat") end,
    tool = "ip stats show dev v0 group xstat",
    fails = { code = "EINVAL", message = "group", hint = "xstats" },
  },
  {
    "of no link",
    make = function(ns) ns:stats_get "v9" end,
    tool = "ip stats show dev v9",
    fails = { code = "ENODEV", object = "v9" },
  },
}
