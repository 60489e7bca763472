-- Bonds and their ports: the options of `ip link … type bond` and `bond_slave`.

local links = require "links"

local mac = "02:00:00:00:00:0b"
local two = "ip link add e0 address 02:00:00:00:00:01 type dummy; ip link add e1 address 02:00:00:00:00:02 type dummy; "

--- Options of a bond, when it is made; `words` as `ip link` has them.
local function option(key, value, mode, words, more)
  local row = {
    ("%s in the mode %s"):format(key, mode),
    make = function(ns)
      local opts = { type = "bond", mac = mac, mode = mode, [key] = value }
      for name, part in pairs(more or {}) do opts[name] = part end
      ns:link_add("b0", opts)
    end,
    tool = ("ip link add b0 address %s type bond mode %s %s"):format(mac, mode, words),
    want = { { name = "b0", type = "bond", mode = mode, [key] = value } },
    again = true,
  }
  return row
end

--- The same of one that is there.
local function change(key, value, mode, words)
  return {
    ("%s in the mode %s, later"):format(key, mode),
    before = ("ip link add b0 address %s type bond mode %s"):format(mac, mode),
    make = function(ns) ns:link_set("b0", { [key] = value }) end,
    tool = "ip link set b0 type bond " .. words,
    want = { { name = "b0", [key] = value } },
  }
end

local coupled = option("coupled_control", false, "802.3ad", "")
coupled.tool, coupled.since = nil, "6.9" -- `ip` 6.1 does not know it

local rows = {
  coupled,
  json = links.json,
  read = links.read,
  write = links.write,
  needs = { "bonding", "dummy" },
  option("miimon", 0.1, "active-backup", "miimon 100"),
  option("updelay", 0.2, "active-backup", "miimon 100 updelay 200", { miimon = "100ms" }),
  option("downdelay", 0.3, "active-backup", "miimon 100 downdelay 300", { miimon = 0.1 }),
  option("peer_notify_delay", 0.4, "active-backup", "miimon 100 peer_notify_delay 400", { miimon = 0.1 }),
  option("use_carrier", false, "balance-rr", "use_carrier 0"),
  option("arp_interval", 0.5, "active-backup", "arp_interval 500 arp_ip_target 10.0.0.9", { arp_ip_target = { "10.0.0.9" } }),
  option("arp_ip_target", { "10.0.0.9", "10.0.0.8" }, "active-backup", "arp_ip_target 10.0.0.9,10.0.0.8"),
  option("ns_ip6_target", { "2001:db8::9" }, "active-backup", "ns_ip6_target 2001:db8::9"),
  option("arp_validate", "backup", "active-backup", "arp_interval 500 arp_validate backup", { arp_interval = 0.5 }),
  option("arp_all_targets", "all", "active-backup", "arp_all_targets all"),
  option("arp_missed_max", 5, "active-backup", "arp_missed_max 5"),
  option("primary_reselect", "better", "active-backup", "primary_reselect better"),
  option("fail_over_mac", "active", "active-backup", "fail_over_mac active"),
  option("xmit_hash_policy", "layer3+4", "balance-xor", "xmit_hash_policy layer3+4"),
  option("xmit_hash_policy", "vlan+srcmac", "802.3ad", "xmit_hash_policy vlan+srcmac"),
  option("resend_igmp", 3, "active-backup", "resend_igmp 3"),
  option("num_grat_arp", 4, "active-backup", "num_grat_arp 4"),
  option("all_slaves_active", true, "active-backup", "all_slaves_active 1"),
  option("min_links", 2, "802.3ad", "min_links 2"),
  option("lp_interval", 5, "balance-tlb", "lp_interval 5"),
  option("packets_per_slave", 7, "balance-rr", "packets_per_slave 7"),
  option("tlb_dynamic_lb", false, "balance-tlb", "tlb_dynamic_lb 0"),
  option("lacp_rate", "fast", "802.3ad", "lacp_rate fast"),
  option("lacp_active", false, "802.3ad", "lacp_active off"),
  option("ad_select", "bandwidth", "802.3ad", "ad_select bandwidth"),
  option("ad_user_port_key", 9, "802.3ad", "ad_user_port_key 9"),
  option("ad_actor_sys_prio", 77, "802.3ad", "ad_actor_sys_prio 77"),
  option("ad_actor_system", "02:00:00:00:00:77", "802.3ad", "ad_actor_system 02:00:00:00:00:77"),
  change("mode", "802.3ad", "active-backup", "mode 802.3ad"),
  change("miimon", 0.25, "active-backup", "miimon 250"),
  change("xmit_hash_policy", "layer2+3", "balance-xor", "xmit_hash_policy layer2+3"),
  change("resend_igmp", 9, "balance-rr", "resend_igmp 9"),
  change("fail_over_mac", "follow", "active-backup", "fail_over_mac follow"),
  {
    "ports, the active one and the primary",
    before = two,
    make = function(ns)
      ns:link_add("b0", { type = "bond", mac = mac, mode = "active-backup", miimon = 0.1, up = true })
      ns:link_set("e0", { master = "b0", up = true })
      ns:link_set("e1", { master = "b0", up = true })
      ns:link_set("b0", { primary = "e1", active_slave = "e1" })
    end,
    tool = ([[ip link add b0 address %s up type bond mode active-backup miimon 100
              ip link set e0 master b0; ip link set e1 master b0; ip link set e0 up; ip link set e1 up
              ip link set b0 type bond primary e1; ip link set b0 type bond active_slave e1]]):format(mac),
    want = {
      { name = "b0", primary = "e1", active_slave = "e1", operstate = "UP" },
      { name = "e0", master = "b0", state = "BACKUP", mii_status = "UP" },
      { name = "e1", master = "b0", state = "ACTIVE", perm_hwaddr = "02:00:00:00:00:02" },
    },
  },
  {
    "no active port any more but that of the bond's choice",
    before = two .. ([[ip link add b0 address %s type bond mode active-backup
              ip link set e0 master b0; ip link set e1 master b0; ip link set e0 up; ip link set e1 up; ip link set b0 up
              ip link set b0 type bond active_slave e1]]):format(mac),
    make = function(ns) ns:link_set("b0", { clear_active_slave = true }) end,
    tool = "ip link set b0 type bond clear_active_slave",
    want = { { name = "b0", mode = "active-backup" } },
  },
  {
    "num_unsol_na",
    make = function(ns) ns:link_add("b0", { type = "bond", mac = mac, mode = "active-backup", num_unsol_na = 3 }) end,
    tool = ("ip link add b0 address %s type bond mode active-backup num_unsol_na 3"):format(mac),
    want = { { name = "b0", num_grat_arp = 3 } },
  },
  {
    "a port's queue that is none",
    before = two .. "ip link add b0 type bond; ip link set e0 master b0",
    make = function(ns) ns:link_set("e0", { queue_id = 200 }) end,
    tool = "ip link set e0 type bond_slave queue_id 200",
    fails = { code = "EPERM", object = "e0", message = "no queue 200", hint = "numtxqueues" },
  },
  {
    "a bond with more queues, and a port's queue",
    before = two,
    make = function(ns)
      ns:link_add("b0", { type = "bond", mac = mac, numtxqueues = 32 })
      ns:link_set("e0", { master = "b0" })
      ns:link_set("e0", { queue_id = 20 })
    end,
    tool = ("ip link add b0 address %s numtxqueues 32 type bond; ip link set e0 master b0; ip link set e0 type bond_slave queue_id 20"):format(mac),
    want = { { name = "e0", queue_id = 20 } },
  },
  {
    "a port's queue and priority",
    before = two .. "ip link add b0 type bond mode active-backup; ip link set e0 master b0",
    make = function(ns) ns:link_set("e0", { queue_id = 3, prio = 7 }) end,
    tool = "ip link set e0 type bond_slave queue_id 3; ip link set e0 type bond_slave prio 7",
    want = { { name = "e0", queue_id = 3, prio = 7 } },
  },
  {
    "what LACP agreed on",
    pair = true,
    before = "ip link set v1 up",
    make = function(ns)
      ns:link_add("b0", { type = "bond", mac = mac, mode = "802.3ad", up = true })
      ns:link_set("v0", { master = "b0", up = true })
    end,
    tool = ([[ip link add b0 address %s up type bond mode 802.3ad
              ip link set v0 master b0; ip link set v0 up]]):format(mac),
    want = { { name = "b0", ad_info = { aggregator = 1, num_ports = 1, partner_mac = "00:00:00:00:00:00" } } },
  },
  {
    "a mode there is not",
    make = function(ns) ns:link_add("b0", { type = "bond", mode = "balance" }) end,
    tool = "ip link add b0 type bond mode balance",
    fails = { code = "EINVAL", object = "b0", message = "balance%-rr" },
  },
  {
    "an option of another mode",
    make = function(ns) ns:link_add("b0", { type = "bond", mode = "active-backup", lacp_rate = "fast" }) end,
    tool = "ip link add b0 type bond mode active-backup lacp_rate fast",
    fails = { code = "EACCES", object = "b0" },
  },
  {
    "a port that is up",
    before = two .. "ip link add b0 type bond; ip link set e0 up",
    make = function(ns) ns:link_set("e0", { master = "b0" }) end,
    tool = "ip link set e0 master b0",
    fails = { code = "EPERM", object = "e0", kernel = "can not be enslaved while up" },
  },
  {
    "an option of a port of no bond",
    before = two,
    make = function(ns) ns:link_set("e0", { queue_id = 3 }) end,
    tool = "ip link set e0 type bond_slave queue_id 3",
    fails = { code = "EINVAL", object = "e0", message = "queue_id" },
  },
}
for _, mode in ipairs { "balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb" } do
  rows[#rows + 1] = option("mode", mode, mode, "")
end
return rows
