-- Changes of what bridges and protocols keep in tables: made by `ip` and `bridge`, told by `netns.events`, and in the end
-- the same as what the lists give.

local bridge = [[
  echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
  ip link add br0 address 02:00:00:00:00:0b up type bridge OPTIONS
  for i in 0 1; do
    ip link add v$i address 02:00:00:00:01:0$i type veth peer name w$i address 02:00:00:00:02:0$i
    ip link set w$i up; ip link set v$i up master br0
  done
  until [ $(bridge link | grep -c forwarding) = 2 ]; do sleep 0.01; done
]]

--- What must be told of each step, by what the objects are known by here. In the end what was told, carried out on what
--- was there, is what is listed.
local function followed(object, list, key, steps)
  return function(ns)
    local function id(record)
      local words = {}
      for _, name in ipairs(key) do words[#words + 1] = tostring(record[name]) end
      return table.concat(words, " ")
    end
    local there = {}
    for _, record in ipairs(list(ns)) do there[id(record)] = true end
    local events <close> = netns.events { ns = ns, objects = { object }, timeout = 0.3 }
    for _, step in ipairs(steps) do
      ns:exec(step[1], { check = true })
      local told = {}
      for event in events do
        local known = id(event.record)
        assert(event.object == object and (event.action == "add") == not there[known], tostring(event))
        there[known] = event.action ~= "delete" or nil
        told[#told + 1] = event.action .. " " .. known
      end
      table.sort(told)
      local wanted = table.pack(table.unpack(step, 2))
      table.sort(wanted)
      local got, want = table.concat(told, "\n"), table.concat(wanted, "\n")
      if got ~= want then error(("%s\nwas told as\n%s\nand not as\n%s"):format(step[1], got, want)) end
    end
    for _, record in ipairs(list(ns)) do
      assert(there[id(record)], "not told: " .. id(record))
      there[id(record)] = nil
    end
    assert(next(there) == nil, "not there: " .. tostring(next(there)))
  end
end

local m1 = "02:00:00:00:00:31"

return {
  {
    "forwarding entries of a bridge",
    needs = { "bridge" },
    before = bridge:gsub("OPTIONS", "vlan_default_pvid 0"),
    check = followed("fdb", function(ns) return ns:fdb_list() end, { "mac", "dev", "master" }, {
      { "bridge fdb add " .. m1 .. " dev v0 master static", "add " .. m1 .. " v0 br0" },
      -- The kernel says only where it is now.
      { "bridge fdb replace " .. m1 .. " dev v0 master dynamic", "change " .. m1 .. " v0 br0" },
      { "bridge fdb del " .. m1 .. " dev v0 master", "delete " .. m1 .. " v0 br0" },
      { "bridge fdb add 01:00:5e:00:00:09 dev v0 self", "add 01:00:5e:00:00:09 v0 nil" },
      { "bridge fdb del 01:00:5e:00:00:09 dev v0 self", "delete 01:00:5e:00:00:09 v0 nil" },
    }),
  },
  {
    "rules of routes of multicast, and no others",
    has = "ip mrule list",
    check = followed("mrule", function(ns) return ns:mrule_list() end, { "priority", "family", "table" }, {
      { "ip mrule add priority 5 iif lo table 100; ip rule add priority 5 table 100", "add 5 inet 100" },
      { "ip -6 mrule add priority 6 table 7", "add 6 inet6 7" },
      { "ip mrule del priority 5; ip -6 mrule del priority 6", "delete 5 inet 100", "delete 6 inet6 7" },
    }),
  },
  {
    "an address that moves to another port",
    needs = { "bridge" },
    before = bridge:gsub("OPTIONS", "vlan_default_pvid 0") .. "bridge fdb add " .. m1 .. " dev v0 master dynamic",
    check = followed("fdb", function(ns)
      local entry = select(2, pcall(ns.fdb_get, ns, "v1", m1)) -- of the bridge's table, whichever port asks
      return type(entry) == "table" and entry.mac and { entry } or {}
    end, { "mac" }, {
      { "bridge fdb replace " .. m1 .. " dev v1 master dynamic", "change " .. m1 },
      { "bridge fdb del " .. m1 .. " dev v1 master", "delete " .. m1 },
    }),
  },
  {
    "destinations of a vxlan link",
    before = "ip link add x0 address 02:00:00:00:00:0c type vxlan id 7 dstport 4789; ip addr add 10.0.0.1/8 dev lo; ip link set lo up",
    check = followed("fdb", function(ns) return ns:fdb_list "x0" end, { "mac", "dst" }, {
      { "bridge fdb append 00:00:00:00:00:00 dev x0 dst 10.0.0.2", "add 00:00:00:00:00:00 10.0.0.2" },
      { "bridge fdb append 00:00:00:00:00:00 dev x0 dst 10.0.0.3", "add 00:00:00:00:00:00 10.0.0.3" },
      { "bridge fdb del 00:00:00:00:00:00 dev x0 dst 10.0.0.2", "delete 00:00:00:00:00:00 10.0.0.2" },
    }),
  },
  {
    "members of groups",
    before = bridge:gsub("OPTIONS", ""),
    check = followed("mdb", function(ns) return ns:mdb_list() end, { "grp", "port" }, {
      { "bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent", "add 239.1.1.1 v0" },
      { "bridge mdb add dev br0 port v1 grp 239.1.1.1", "add 239.1.1.1 v1" },
      { "bridge mdb del dev br0 port v0 grp 239.1.1.1", "delete 239.1.1.1 v0" },
      { "ip link set v1 nomaster", "delete 239.1.1.1 v1" },
    }),
  },
  {
    "VLANs of ports",
    needs = { "bridge" },
    before = bridge:gsub("OPTIONS", "vlan_filtering 1 vlan_default_pvid 0"),
    check = followed("bridge_vlan", function(ns) return ns:bridge_vlan_list { stats = true } end, { "vid", "dev" }, {
      { "bridge vlan add vid 10-12 dev v0", "add 10 v0", "add 11 v0", "add 12 v0" },
      { "bridge vlan add vid 11 dev v0 pvid untagged", "change 11 v0" },
      { "bridge vlan del vid 10-11 dev v0", "delete 10 v0", "delete 11 v0" },
      { "bridge vlan add vid 12 dev br0 self", "add 12 br0" },
      { "ip link set v0 nomaster", "delete 12 v0" },
    }),
  },
  {
    "routes of MPLS",
    needs = { "mpls_router" },
    pair = true,
    before = [[
      echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
      ip link set v0 up; ip link set v1 up; sysctl -qw net.mpls.platform_labels=1000
    ]],
    check = followed("route", function(ns) return ns:route_list { family = "mpls" } end, { "dst" }, {
      { "ip -f mpls route add 100 dev v0", "add 100" },
      { "ip -f mpls route replace 100 as 200 dev v0", "change 100" },
      { "ip -f mpls route del 100", "delete 100" },
    }),
  },
  {
    "VNIs of vxlan links",
    since = "5.18",
    before = "ip link add x0 address 02:00:00:00:00:0c up type vxlan external vnifilter dstport 4789 local 127.0.0.1 dev lo",
    check = followed("bridge_vni", function(ns) return ns:bridge_vni_list() end, { "vni", "dev" }, {
      { "bridge vni add dev x0 vni 100", "add 100 x0" },
      { "bridge vni add dev x0 vni 200-210 remote 10.0.0.1", "add 200-210 x0" },
      { "bridge vni add dev x0 vni 100 remote 10.0.0.2", "change 100 x0" },
      { "bridge vni delete dev x0 vni 100", "delete 100 x0" },
      { "ip link del x0", "delete 200-210 x0" },
    }),
  },
  {
    "chains of filters",
    needs = { "sch_ingress", "cls_matchall", "act_gact" },
    pair = true,
    before = "tc qdisc add dev v0 clsact",
    check = followed("chain", function(ns) return ns:chain_list() end, { "chain", "ingress", "egress", "dev" }, {
      { "tc chain add dev v0 ingress chain 5", "add 5 true nil v0" },
      { "tc chain add dev v0 egress chain 5", "add 5 nil true v0" },
      { "tc filter add dev v0 ingress chain 7 pref 1 matchall action drop", "add 7 true nil v0" },
      { "tc chain del dev v0 ingress chain 5", "delete 5 true nil v0" },
      { "tc qdisc del dev v0 clsact", "delete 5 nil true v0", "delete 7 true nil v0" },
    }),
  },
  {
    "actions",
    needs = { "sch_ingress", "cls_matchall", "act_gact" },
    pair = true,
    before = "tc qdisc add dev v0 clsact; tc actions add action drop index 3",
    check = followed("action", function(ns)
      local list = {}
      for _, action in ipairs(ns:action_list()) do
        if action.ref > action.bind then list[#list + 1] = action end
      end
      return list
    end, { "kind", "index" }, {
      { "tc actions add action ok index 5", "add gact 5" },
      { "tc actions change action pipe index 5", "change gact 5" },
      { "tc filter add dev v0 ingress pref 1 matchall action drop index 9" },
      { "tc filter add dev v0 ingress pref 2 matchall action gact index 5" },
      { "tc actions add action ok index 6; tc actions add action ok index 7", "add gact 6", "add gact 7" },
      { "tc actions del action gact index 3", "delete gact 3" },
      { "tc actions del action gact index 6; tc actions del action gact index 7", "delete gact 6", "delete gact 7" },
    }),
  },
  {
    "policies of IPsec",
    check = followed("xfrm_policy", function(ns) return ns:xfrm_policy_list() end, { "dir", "dst" }, {
      { "ip xfrm policy add dir out dst 10.1.0.0/16", "add out 10.1.0.0/16" },
      { "ip xfrm policy update dir out dst 10.1.0.0/16 priority 7", "change out 10.1.0.0/16" },
      { "ip xfrm policy add dir in dst 10.2.0.0/16; ip xfrm policy delete dir out dst 10.1.0.0/16",
        "add in 10.2.0.0/16", "delete out 10.1.0.0/16" },
      { "ip xfrm policy flush", "delete in 10.2.0.0/16" },
    }),
  },
  {
    "states of IPsec",
    needs = { "esp4", "xfrm_user" },
    check = followed("xfrm_state", function(ns) return ns:xfrm_state_list() end, { "dst", "spi" }, {
      { "ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff", "add 10.0.0.2 0x00000001" },
      { "ip xfrm state update dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff limit time-hard 3000",
        "change 10.0.0.2 0x00000001" },
      { "ip xfrm state add dst 10.0.0.3 proto esp spi 2 enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff", "add 10.0.0.3 0x00000002" },
      { "ip xfrm state flush", "delete 10.0.0.2 0x00000001", "delete 10.0.0.3 0x00000002" },
    }),
  },
  {
    "addresses of multicast",
    since = "6.15",
    pair = true,
    before = "ip link set v0 addrgenmode none; ip link set v0 up; ip link set v1 addrgenmode none; ip link set v1 up;",
    check = followed("maddr", function(ns)
      local list = {}
      for _, record in ipairs(ns:maddr_list()) do
        if record.family ~= "link" then list[#list + 1] = record end
      end
      return list
    end, { "family", "address", "dev" }, {
      { "ip addr add 239.1.2.3/24 dev v0 autojoin", "add inet 239.1.2.3 v0" },
      { "ip addr del 239.1.2.3/24 dev v0", "delete inet 239.1.2.3 v0" },
      { "ip addr add ff0e::5/64 dev v0 autojoin", "add inet6 ff0e::5 v0", "add inet6 ff02::1:ff00:5 v0" },
      { "ip addr del ff0e::5/64 dev v0", "delete inet6 ff0e::5 v0", "delete inet6 ff02::1:ff00:5 v0" },
    }),
  },
  {
    "ids of namespaces",
    check = function(ns)
      local events <close> = netns.events { ns = ns, objects = { "nsid" }, timeout = 0.5 }
      do
        local other <close> = netns.add()
        ns:veth("v0", "v1")
        ns:link_set("v1", { netns = other })
        local event = events()
        assert(event.action == "add" and event.object == "nsid" and event.record.id == 0, tostring(event))
        assert(ns:output "ip netns list-id":find "nsid 0", "nsid 0 is not listed")
      end
      local event = events()
      assert(event.action == "delete" and event.record.id == 0, tostring(event))
    end,
  },
  {
    "prefixes that a router advertises",
    pair = true,
    before = [[
      sysctl -qw net.ipv6.conf.v0.accept_ra=2 net.ipv6.conf.v1.accept_ra=0 net.ipv6.conf.v0.dad_transmits=0 net.ipv6.conf.v1.dad_transmits=0
      ip link set v0 up; ip link set v1 up
    ]],
    check = function(ns)
      local events <close> = netns.events { ns = ns, objects = { "prefix" }, timeout = 1 }
      --- A router's advertisement with a prefix option (RFC 4861), from v1 to all nodes.
      local function advertise(flags, valid, preferred)
        local option = string.pack(">BBBBI4I4I4I8I8", 3, 4, 64, flags, valid, preferred, 0, 0x20010db800050000, 0)
        local message = string.pack(">BBHBBHI4I4", 134, 0, 0, 64, 0, 1800, 0, 0) .. option
        local digits = message:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
        ns:exec(([[perl -MSocket=:all -e '
          socket(S, AF_INET6, SOCK_RAW, 58) and setsockopt(S, 41, 18, pack("i", 255)) and send(S, pack("H*", "%s"), 0,
            pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"), $ARGV[0])) or die $!' $(cat /sys/class/net/v1/ifindex)]])
          :format(digits), { check = true })
      end
      repeat task.sleep(0.02) until #ns:addr_list("v1", { tentative = false, family = "inet6" }) == 1
      ns:link("v0"):wait({ operstate = "UP" }, 5)
      advertise(0xc0, 3600, 1800)
      local event = events()
      assert(event.action == "add" and event.dev == "v0" and event.record.prefix == "2001:db8:5::/64", tostring(event))
      assert(event.record.onlink and event.record.autoconf and event.record.valid_lft == 3600 and event.record.preferred_lft == 1800)
      advertise(0xc0, 3600, 1800)
      advertise(0x80, 600, 300)
      event = events()
      assert(event.action == "change" and event.record.valid_lft == 600 and not event.record.autoconf, tostring(event))
    end,
  },
  {
    "settings of links",
    pair = true,
    check = followed("netconf", function(ns)
      local list = ns:netconf_list()
      local known, mpls = pcall(ns.netconf_list, ns, { family = "mpls" })
      return table.move(known and mpls or {}, 1, known and #mpls or 0, #list + 1, list)
    end, { "family", "dev" }, {
      { "sysctl -qw net.ipv4.conf.v0.rp_filter=1", "change inet v0" },
      { "sysctl -qw net.ipv4.conf.v0.rp_filter=1" },
      { "sysctl -qw net.ipv6.conf.v0.forwarding=1", "change inet6 v0" },
    }),
  },
}
