-- Kinds of links without options of their own, and pairs that are no veths.

local links = require "links"

--- A link that needs no more than its kind.
local function plain(kind, name, module, more)
  local row = {
    kind,
    needs = { module or kind },
    make = function(ns) ns:link_add(name, { type = kind, mtu = 1200, alias = "one", group = 3 }) end,
    tool = ("ip link add %s mtu 1200 group 3 type %s; ip link set %s alias one"):format(name, kind, name),
    want = { { name = name, type = kind, mtu = 1200, alias = "one", group = "3" } },
    again = true,
  }
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

--- A pair of netkit's, which `ip` 6.1 does not know.
local function netkit(name, opts, since)
  local want = { name = "k0", type = "netkit" }
  for key, value in pairs(opts) do want[key] = value end
  return {
    "netkit, " .. name,
    needs = { "netkit" },
    has = "ip link add k0 type netkit",
    since = since,
    make = function(ns)
      local all = { type = "netkit", peer = "k1" }
      for key, value in pairs(opts) do all[key] = value end
      ns:link_add("k0", all)
    end,
    want = { want, { name = "k1" } },
  }
end

return {
  json = links.json,
  read = links.read,
  write = links.write,
  same = { "num_tx_queues", "num_rx_queues", "numtxqueues", "numrxqueues" }, -- `ip` asks for one of each processor
  plain("dummy", "d0"),
  plain("ifb", "i0"),
  {
    "batadv with its algorithm",
    needs = { "dummy" },
    has = "ip link add b0 type batadv",
    make = function(ns) ns:link_add("b0", { type = "batadv", mac = "02:00:00:00:00:07", ra = "BATMAN_V" }) end,
    tool = "ip link add b0 address 02:00:00:00:00:07 type batadv ra BATMAN_V",
    want = { { name = "b0", type = "batadv" } },
  },
  {
    "batadv with an algorithm that there is not",
    needs = { "dummy" },
    has = "ip link add b0 type batadv",
    make = function(ns) ns:link_add("b0", { type = "batadv", ra = "BATMAN_X" }) end,
    tool = "ip link add b0 type batadv ra BATMAN_X",
    fails = { code = "EINVAL", object = "b0" },
  },
  {
    "rmnet",
    needs = { "dummy" },
    before = "ip link add d0 type dummy",
    has = "ip link add d0 type dummy; ip link add r0 link d0 type rmnet mux_id 5",
    make = function(ns) ns:link_add("r0", { type = "rmnet", link = "d0", mux_id = 5 }) end,
    tool = "ip link add r0 link d0 type rmnet mux_id 5",
    want = { { name = "r0", type = "rmnet", mux_id = 5 } },
  },
  {
    "rmnet with all",
    needs = { "dummy" },
    before = "ip link add d0 type dummy",
    has = "ip link add d0 type dummy; ip link add r0 link d0 type rmnet mux_id 5",
    make = function(ns)
      ns:link_add("r0", {
        type = "rmnet", link = "d0", mux_id = 5, ingress_deaggregation = true, ingress_commands = true,
        ingress_mapv4_checksum = true, egress_mapv4_checksum = true, ingress_mapv5_checksum = false,
        egress_mapv5_checksum = false,
      })
      ns:link_set("r0", { ingress_commands = false })
    end,
    want = { { name = "r0", ingress_deaggregation = true, ingress_commands = false, egress_mapv4_checksum = true } },
  },
  plain("nlmon", "n0"),
  plain("team", "t0"),
  plain("vcan", "c0", "vcan", {
    make = function(ns) ns:link_add("c0", { type = "vcan", mtu = 72, alias = "one", group = 3 }) end,
    tool = "ip link add c0 mtu 72 group 3 type vcan; ip link set c0 alias one",
    want = { { name = "c0", type = "vcan", mtu = 72, link_type = "can" } },
  }),
  {
    "a pair of CAN links",
    needs = { "vxcan" },
    make = function(ns) ns:link_add("x0", { type = "vxcan", peer = "x1" }) end,
    tool = "ip link add x0 type vxcan peer name x1",
    want = { { name = "x0", type = "vxcan", link_type = "can" }, { name = "x1" } },
  },
  {
    "a pair of CAN links in two namespaces",
    needs = { "vxcan" },
    make = function(ns)
      local other <close> = netns.add()
      ns:link_add("x0", { type = "vxcan", peer = other:link "x0" })
      assert(ns:link_get("x0").link_netnsid, "in another")
      other:link_set("x0", { netns = ns, name = "x1" })
    end,
    tool = "ip link add x0 type vxcan peer name x1",
    want = { { name = "x0" }, { name = "x1" } },
  },
  {
    "a pair whose other end is told what it should be",
    make = function(ns)
      ns:link_add("v0", {
        type = "veth",
        mac = "02:00:00:00:00:01",
        peer = { name = "v1", mac = "02:00:00:00:00:02", mtu = 1400, up = true, ip = "10.0.0.2/24", alias = "far" },
      })
    end,
    tool = [[ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 mtu 1400 address 02:00:00:00:00:02
             ip link set v1 up alias far; ip addr add 10.0.0.2/24 dev v1]],
    json = { links.json, "ip -json addr show v1" },
    want = { { name = "v0" }, { name = "v1", mtu = 1400, alias = "far" } },
  },
  {
    "a vxlan as a port, both of which learn or not",
    before = "ip link add br0 address 02:00:00:00:00:03 type bridge",
    make = function(ns)
      ns:link_add("x0", { type = "vxlan", id = 7, dstport = 4789, mac = "02:00:00:00:00:07", master = "br0", bridge_slave = { learning = false } })
      local link = ns:link_get "x0"
      assert(link.learning == true and link.bridge_slave.learning == false, "each its own")
    end,
    tool = [[ip link add x0 address 02:00:00:00:00:07 type vxlan id 7 dstport 4789
             ip link set x0 master br0; ip link set x0 type bridge_slave learning off]],
    want = { { name = "x0", learning = true, bridge_slave = { learning = false } } },
  },
  netkit("policy", { mode = "l2", policy = "blackhole" }),
  netkit("policy of the other end", { mode = "l3", peer_policy = "blackhole" }),
  netkit("scrub", { scrub = "none" }, "6.12"),
  netkit("scrub of the other end", { peer_scrub = "none" }, "6.12"),
  netkit("headroom and tailroom", { headroom = 64, tailroom = 32 }, "6.14"),
  {
    "netkit, later",
    needs = { "netkit" },
    has = "ip link add k0 type netkit",
    before = "ip link add k0 index 70 type netkit",
    make = function(ns) ns:link_set("k0", { policy = "blackhole", peer_policy = "blackhole" }) end,
    want = { { name = "k0", policy = "blackhole", peer_policy = "blackhole" } },
  },
  {
    "netkit told what only one end may be",
    needs = { "netkit" },
    has = "ip link add k0 type netkit",
    before = "ip link add k0 type netkit",
    make = function(ns) ns:link_set("k0", { mode = "l2" }) end,
    fails = { code = "EACCES", object = "k0", kernel = "mode" },
  },
  {
    "netdevsim",
    needs = { "netdevsim" },
    has = "test -e /sys/bus/netdevsim/new_device",
    make = function(ns) ns:link_add("s0", { type = "netdevsim" }) end,
    tool = "ip link add s0 type netdevsim",
    fails = { code = "EOPNOTSUPP", object = "s0", kernel = "/sys/bus/netdevsim/new_device" },
  },
  {
    "a kind that the kernel lacks",
    lacks = "ip link add w0 type wireguard",
    make = function(ns) ns:link_add("w0", { type = "wireguard" }) end,
    tool = "ip link add w0 type wireguard",
    fails = { code = "EOPNOTSUPP", object = "w0", message = "no \"wireguard\" links", hint = "modprobe wireguard", kernel = "Unknown device type" },
  },
  {
    "a VRF",
    needs = { "vrf", "dummy" },
    make = function(ns)
      ns:link_add("red", { type = "vrf", table = 10, up = true })
      ns:link_add("e0", { type = "dummy", master = "red", up = true, mac = "02:00:00:00:00:01" })
    end,
    tool = [[ip link add red up type vrf table 10; ip link add e0 address 02:00:00:00:00:01 type dummy
             ip link set e0 master red; ip link set e0 up]],
    want = { { name = "red", table = 10 }, { name = "e0", master = "red", vrf_table = 10 } },
    again = true,
  },
  {
    "a VRF without a table",
    needs = { "vrf" },
    make = function(ns) ns:link_add("red", { type = "vrf" }) end,
    tool = "ip link add red type vrf",
    fails = { code = "EINVAL", object = "red" },
  },
}
