-- Rules of routes of multicast: every option of `ip mrule` that the kernel keeps, beside `mrule_add`. Each row's rule has
-- priority 100 unless it says otherwise. The kernel's own has 32767.

local rules = require("rules").of("mrule", 32767)
local read, rule, newer = rules.read, rules.rule, rules.newer

local pair = { pair = true }

return {
  json = { "ip -json mrule", "ip -json -6 mrule" },
  read = read,
  write = rules.write,
  again = true,
  has = "ip mrule list",
  rule("iif", { iif = "v0", table = 100 }, "iif v0 table 100", { { iif = "v0", table = "100", family = "inet" } }, pair),
  rule("iif of IPv6", { dev = "v0", lookup = 7, family = "inet6" }, "-6 iif v0 table 7", { { iif = "v0", family = "inet6" } }, pair),
  rule("oif", { oif = "v1" }, "oif v1", { { oif = "v1", table = "main" } }, pair),
  rule("iif that is not there", { iif = "later" }, "iif later", { { iif = "later", iif_detached = true } }),
  rule("not", { not_ = true, iif = "lo" }, "not iif lo", { { ["not"] = true, iif = "lo" } }),
  rule("fwmark with a mask", { fwmark = "0x1/0xff" }, "fwmark 0x1/0xff", { { fwmark = 1, fwmask = 255 } }),
  rule("fwmark and fwmask", { fwmark = 2, fwmask = 15, family = "inet6" }, "-6 fwmark 2/15"),
  rule("l3mdev", { l3mdev = true }, "l3mdev"),
  rule("uidrange", { uidrange = "1000-2000" }, "uidrange 1000-2000"),
  rule("ipproto and ports", { ipproto = "udp", sport = "10-20", dport = 30 }, "ipproto udp sport 10-20 dport 30"),
  newer("ports with a mask", "6.15", { ipproto = "udp", sport = 16, sport_mask = 0xfff0, dport = "64/0xffc0" },
    { sport = 16, sport_mask = 0xfff0, dport = 64, dport_mask = 0xffc0 }),
  newer("mask of a port", "6.15", { ipproto = "udp", dport = 64, dport_mask = 0xffc0 }, { dport = 64, dport_mask = 0xffc0 }),
  rule("tun_id", { tun_id = 7 }, "tun_id 7"),
  rule("blackhole", { type = "blackhole" }, "blackhole"),
  rule("goto", { goto_ = 32767, family = "inet6" }, "-6 goto 32767", { { ["goto"] = 32767 } }),
  rule("suppress_prefixlength", { suppress_prefixlength = 5 }, "table main suppress_prefixlength 5"),
  rule("suppress_ifgroup", { suppress_ifgroup = 4 }, "table main suppress_ifgroup 4", { { suppress_ifgroup = "4" } }),
  rule("sup_pl", { sup_pl = 5 }, "table main sup_pl 5", { { suppress_prefixlength = 5 } }),
  rule("sup_group", { sup_group = 4 }, "table main sup_group 4", { { suppress_ifgroup = "4" } }),
  rule("protocol", { protocol = "static" }, "table main protocol static"),
  {
    "the other words for priority",
    make = function(ns)
      ns:mrule_add { pref = 101, table = 5 }
      ns:mrule_add { preference = 102, table = 5 }
      ns:mrule_add { order = 103, table = 5 }
    end,
    tool = "for p in 101 102 103; do ip mrule add pref $p table 5; done",
    want = { { priority = 101 }, { priority = 102 }, { priority = 103 } },
  },
  {
    "deleted, listed and flushed by what they say",
    check = function(ns)
      for i = 1, 4 do ns:mrule_add { priority = i, table = 100 + i % 2 } end
      ns:mrule_add { priority = 1, table = 100, family = "inet6" }
      ns:mrule_delete { priority = 4 }
      assert(#ns:mrule_list { table = 101 } == 2 and #ns:mrule_list { family = "inet6", table = 100 } == 1)
      assert(#ns:rule_list { table = 101 } == 0)
      assert(ns:mrule_flush { table = 101 } == 2 and #read(ns) == 2)
      -- As with `ip mrule flush`, the kernel's own goes too.
      assert(ns:mrule_flush() == 4 and #ns:mrule_list() == 0)
    end,
  },
  {
    "what is there already",
    make = function(ns)
      ns:mrule_add { priority = 5, table = 5 }
      ns:mrule_add { priority = 5, table = 5 }
    end,
    tool = "ip mrule add priority 5 table 5 && ip mrule add priority 5 table 5",
    fails = { code = "EEXIST", message = 'rule "priority 5 table 5" of "anonymous" already exists' },
  },
  {
    "what is not there",
    make = function(ns) ns:mrule_delete { priority = 5 } end,
    tool = "ip mrule del priority 5",
    fails = { code = "ENOENT", message = 'there is no rule "priority 5"' },
  },
  {
    "addresses, at which the kernel does not look",
    make = function(ns) ns:mrule_add { from = "10.0.0.0/8" } end,
    tool = "ip mrule add from 10.0.0.0/8",
    fails = { code = "EINVAL", message = 'unknown option "from" for mrule_add' },
  },
  {
    "a kernel that has none",
    has = "true",
    lacks = "ip mrule list",
    needs = { "dummy" },
    make = function(ns) ns:mrule_add { iif = "lo" } end,
    tool = "ip mrule add iif lo",
    fails = { code = "EOPNOTSUPP", message = 'does not support rule "iif lo', hint = "CONFIG_IP_MROUTE_MULTIPLE_TABLES" },
  },
}
