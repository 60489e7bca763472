-- Bridges, and links as their ports: the options of `ip link … type bridge` and `bridge_slave`.

local links = require "links"

local mac = "02:00:00:00:00:03"
local bridge = ("ip link add br0 address %s type bridge "):format(mac)

--- An option of the bridge, when it is made.
local function own(key, value, words, more)
  local row = {
    key .. " of the bridge",
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = mac, [key] = value }) end,
    tool = bridge .. words,
    want = { { name = "br0", [key] = value } },
    again = true,
  }
  for name, part in pairs(more or {}) do row[name] = part end
  return row
end

--- An option of a port, of one that is there.
local function port(key, value, words, more)
  local row = {
    key .. " of a port",
    pair = true,
    before = bridge .. "; ip link set v0 master br0",
    make = function(ns) ns:link_set("v0", { [key] = value }) end,
    tool = "ip link set v0 type bridge_slave " .. words,
    want = { { name = "v0", [key] = value } },
  }
  for name, part in pairs(more or {}) do row[name] = part end
  return row
end

--- Only the fuller kernel can do VLANs and tell its snooping of multicast.
local there = { needs = { "bridge" } }
local netfilter = { needs = { "bridge", "br_netfilter" } }

--- A row for a switch of the bridge that `ip` 6.1 does not know.
local function newer(key, since)
  return {
    key .. " of the bridge",
    since = since,
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = mac, [key] = true }) end,
    want = { { name = "br0", [key] = true } },
  }
end

return {
  json = links.json,
  read = links.read,
  write = links.write,
  own("forward_delay", 4, "forward_delay 400"),
  own("hello_time", 1.5, "hello_time 150"),
  own("max_age", 10, "max_age 1000"),
  own("ageing_time", 20.5, "ageing_time 2050"),
  own("stp_state", true, "stp_state 1"),
  own("priority", 4096, "priority 4096"),
  own("group_fwd_mask", 8, "group_fwd_mask 8"),
  own("group_address", "01:80:c2:00:00:0d", "group_address 01:80:c2:00:00:0d"),
  own("vlan_filtering", true, "vlan_filtering 1", there),
  own("vlan_protocol", "802.1ad", "vlan_protocol 802.1ad", there),
  own("vlan_default_pvid", 7, "vlan_default_pvid 7", there),
  own("vlan_stats_enabled", true, "vlan_stats_enabled 1", there),
  own("vlan_stats_per_port", true, "vlan_stats_per_port 1", there),
  own("mcast_router", 2, "mcast_router 2", there),
  own("mcast_snooping", false, "mcast_snooping 0", there),
  own("mcast_query_use_ifaddr", true, "mcast_query_use_ifaddr 1", there),
  own("mcast_querier", true, "mcast_querier 1", there),
  own("mcast_hash_max", 1024, "mcast_hash_max 1024", there),
  own("mcast_last_member_count", 3, "mcast_last_member_count 3", there),
  own("mcast_startup_query_count", 3, "mcast_startup_query_count 3", there),
  own("mcast_last_member_interval", 2, "mcast_last_member_interval 200", there),
  own("mcast_membership_interval", 100, "mcast_membership_interval 10000", there),
  own("mcast_querier_interval", 99, "mcast_querier_interval 9900", there),
  own("mcast_query_interval", 90, "mcast_query_interval 9000", there),
  own("mcast_query_response_interval", 7, "mcast_query_response_interval 700", there),
  own("mcast_startup_query_interval", 22, "mcast_startup_query_interval 2200", there),
  own("mcast_stats_enabled", true, "mcast_stats_enabled 1", there),
  own("mcast_igmp_version", 3, "mcast_igmp_version 3", there),
  own("mcast_mld_version", 2, "mcast_mld_version 2", there),
  own("no_linklocal_learn", true, "no_linklocal_learn 1", there),
  own("mcast_vlan_snooping", true, "vlan_filtering 1 mcast_vlan_snooping 1", {
    needs = { "bridge" },
    make = function(ns)
      ns:link_add("br0", { type = "bridge", mac = mac, vlan_filtering = true, mcast_vlan_snooping = true })
    end,
  }),
  own("nf_call_iptables", true, "nf_call_iptables 1", netfilter),
  own("nf_call_ip6tables", true, "nf_call_ip6tables 1", netfilter),
  own("nf_call_arptables", true, "nf_call_arptables 1", netfilter),
  {
    "fdb_max_learned of the bridge",
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = mac, fdb_max_learned = 50 }) end,
    want = { { name = "br0", fdb_max_learned = 50 } },
    since = "6.8",
  },
  newer("mdb_offload_fail_notification", "6.16"),
  newer("fdb_local_vlan_0", "6.18"),
  {
    "an option of newer kernels",
    needs = { "bridge" },
    lacks = "test $(uname -r | cut -d. -f1) -ge 7 || test $(uname -r | cut -d. -f2) -ge 18",
    make = function(ns) ns:link_add("br0", { type = "bridge", fdb_local_vlan_0 = true }) end,
    fails = { code = "EOPNOTSUPP", object = "br0", message = "fdb_local_vlan_0" },
  },
  {
    "mst_enabled of the bridge",
    needs = { "bridge" },
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = mac, vlan_filtering = true, mst_enabled = true }) end,
    want = { { name = "br0", mst_enabled = true } },
  },
  {
    "mcast_eht_hosts_limit of a port",
    needs = { "bridge" },
    pair = true,
    before = bridge .. "; ip link set v0 master br0",
    make = function(ns) ns:link_set("v0", { mcast_eht_hosts_limit = 99 }) end,
    want = { { name = "v0", mcast_eht_hosts_limit = 99 } },
  },
  {
    "backup_nhid of a port",
    pair = true,
    before = bridge .. "; ip link set v0 master br0; ip nexthop add id 7 via 10.0.0.2 fdb",
    make = function(ns) ns:link_set("v0", { backup_nhid = 7 }) end,
    want = { { name = "v0", backup_nhid = 7 } },
    since = "6.7",
  },
  {
    "several options of the bridge, later",
    before = bridge,
    make = function(ns) ns:link_set("br0", { stp_state = true, forward_delay = 2, hello_time = 1, priority = 8192 }) end,
    tool = "ip link set br0 type bridge stp_state 1 forward_delay 200 hello_time 100 priority 8192",
    want = { { name = "br0", stp_state = true, forward_delay = 2, hello_time = 1, priority = 8192 } },
  },
  {
    "an option out of its range",
    before = bridge .. "stp_state 1",
    make = function(ns) ns:link_set("br0", { forward_delay = 1000 }) end,
    tool = "ip link set br0 type bridge forward_delay 100000",
    fails = { code = "ERANGE", object = "br0", message = "forward_delay" },
  },
  port("priority", 9, "priority 9"),
  port("cost", 77, "cost 77"),
  port("state", "learning", "state 2", {
    -- Once all carriers are there: they begin it anew.
    pair = true,
    before = bridge .. "; ip link set v0 master br0; for l in v0 v1 br0; do ip link set $l addrgenmode none; ip link set $l up; done\n"
      .. "until ip link show br0 | grep -q 'state UP'; do sleep 0.05; done",
  }),
  port("hairpin", true, "hairpin on"),
  port("guard", true, "guard on"),
  port("root_block", true, "root_block on"),
  port("fastleave", true, "fastleave on", there),
  port("learning", false, "learning off"),
  port("flood", false, "flood off"),
  port("proxy_arp", true, "proxy_arp on"),
  port("proxy_arp_wifi", true, "proxy_arp_wifi on"),
  port("mcast_router", 2, "mcast_router 2", there),
  port("mcast_flood", false, "mcast_flood off"),
  port("mcast_to_unicast", true, "mcast_to_unicast on", there),
  port("bcast_flood", false, "bcast_flood off"),
  port("group_fwd_mask", 8, "group_fwd_mask 8"),
  port("neigh_suppress", true, "neigh_suppress on"),
  port("vlan_tunnel", true, "vlan_tunnel on"),
  port("isolated", true, "isolated on"),
  port("locked", true, "locked on"),
  {
    "backup_port of a port",
    pair = true,
    before = bridge .. "; ip link set v0 master br0; ip link set v1 master br0",
    make = function(ns) ns:link_set("v0", { backup_port = "v1" }) end,
    tool = "ip link set v0 type bridge_slave backup_port v1",
    want = { { name = "v0", backup_port = "v1" } },
  },
  {
    "mcast_fast_leave of a port",
    pair = true,
    before = bridge .. "; ip link set v0 master br0",
    make = function(ns) ns:link_set("v0", { mcast_fast_leave = true }) end,
    tool = "ip link set v0 type bridge_slave mcast_fast_leave on",
    want = { { name = "v0", fastleave = true } },
  },
  {
    "nobackup_port of a port",
    pair = true,
    before = bridge .. [[; ip link set v0 master br0; ip link set v1 master br0
                ip link set v0 type bridge_slave backup_port v1]],
    make = function(ns) ns:link_set("v0", { nobackup_port = true }) end,
    tool = "ip link set v0 type bridge_slave nobackup_port",
    want = { { name = "v0", master = "br0" } },
  },
  {
    "no backup_port of a port any more",
    pair = true,
    before = bridge .. [[; ip link set v0 master br0; ip link set v1 master br0
                ip link set v0 type bridge_slave backup_port v1]],
    make = function(ns) ns:link_set("v0", { backup_port = 0 }) end,
    tool = "ip link set v0 type bridge_slave nobackup_port",
    want = { { name = "v0", master = "br0" } },
  },
  {
    "fdb_flush of the bridge, and of a port",
    pair = true,
    before = bridge .. [[; ip link set v0 master br0; ip link set v0 up; ip link set v1 up; ip link set br0 up
                bridge fdb add 02:00:00:00:00:77 dev v0 master dynamic]],
    make = function(ns) ns:link_set("v0", { fdb_flush = true }); ns:link_set("br0", { fdb_flush = true }) end,
    tool = "ip link set v0 type bridge_slave fdb_flush; ip link set br0 type bridge fdb_flush",
    json = "bridge -json fdb show br br0",
    write = false,
    want = { { name = "v0" } },
  },
  {
    "neigh_vlan_suppress and mcast_max_groups of a port",
    pair = true,
    before = bridge .. "; ip link set v0 master br0",
    make = function(ns) ns:link_set("v0", { neigh_vlan_suppress = true, mcast_max_groups = 9 }) end,
    want = { { name = "v0", neigh_vlan_suppress = true, mcast_max_groups = 9 } },
    since = "6.4",
  },
  {
    "mab of a port",
    pair = true,
    before = bridge .. "; ip link set v0 master br0",
    make = function(ns) ns:link_set("v0", { locked = true, mab = true }) end,
    want = { { name = "v0", locked = true, mab = true } },
    since = "6.2",
  },
  {
    "an option of a port of no bridge",
    pair = true,
    make = function(ns) ns:link_set("v0", { hairpin = true }) end,
    tool = "ip link set v0 type bridge_slave hairpin on",
    fails = { code = "EINVAL", object = "v0", message = "hairpin" },
  },
}
