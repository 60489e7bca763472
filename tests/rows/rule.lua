-- Rules: every option of `ip rule`, beside `rule_add`. Each row's rule has priority 100 unless it says otherwise.

local rules = require("rules").of("rule", 32766)
local read, rule, newer = rules.read, rules.rule, rules.newer

local pair = { pair = true }

--- A row for what `rule_list` with a filter gives, beside what `ip rule list` with words gives, of the same rules.
local function filtered(name, filter, words, count)
  local there = [[
    ip rule add priority 10 from 10.1.0.0/16 table 100
    ip rule add priority 11 from 10.1.2.0/24 to 10.9.0.0/16 iif v0 table 100 protocol static
    ip rule add priority 12 fwmark 1/0xff oif v1 table 200
    ip rule add priority 13 tos 0x10 ipproto tcp dport 80 table 200
    ip rule add priority 14 uidrange 5-9 sport 10-20 blackhole
    ip rule add priority 15 l3mdev
    ip rule add priority 16 tun_id 7 table 300]]
  return {
    name,
    before = there,
    make = function(ns)
      local kept = {}
      for _, rule in ipairs(ns:rule_list(filter)) do kept[rule.family .. rule.priority] = true end
      for _, rule in ipairs(ns:rule_list()) do
        if not kept[rule.family .. rule.priority] then ns:rule_delete { priority = rule.priority, family = rule.family } end
      end
    end,
    tool = ([[
      keep=$(ip rule list %s | cut -d: -f1)
      for p in 0 10 11 12 13 14 15 16 32766 32767; do echo "$keep" | grep -qx $p || ip rule del priority $p; done
      for p in 0 32766; do ip -6 rule del priority $p; done]]):format(words),
    json = "ip -json rule; ip -json -6 rule; echo '[{}]'",
    read = function(ns) return ns:rule_list() end,
    want = count,
    write = false,
    again = false,
  }
end

return {
  json = { "ip -json rule", "ip -json -6 rule" },
  read = read,
  write = rules.write,
  again = true,
  rule("from a network", { from = "10.1.0.0/16", table = 100 }, "from 10.1.0.0/16 table 100", { { from = "10.1.0.0/16", table = "100" } }),
  rule("from an address", { from = "10.1.0.1", table = "main" }, "from 10.1.0.1 table main"),
  rule("from a network of IPv6", { from = "2001:db8::/32", table = "main" }, "-6 from 2001:db8::/32 table main"),
  rule("to a network", { to = "10.2.0.0/16", table = "main" }, "to 10.2.0.0/16 table main"),
  rule("to an address of IPv6", { to = "2001:db8::1", table = "main" }, "-6 to 2001:db8::1 table main"),
  rule("from and to", { from = "10.1.0.0/16", to = "10.2.0.0/15" }, "from 10.1.0.0/16 to 10.2.0.0/15"),
  rule("from all", { from = "all" }, "from all", { { priority = 100, table = "main" } }),
  rule("from all of IPv6", { from = "all", family = "inet6" }, "-6 from all", { { family = "inet6", table = "main" } }),
  rule("priority", { priority = 77 }, "from all"),
  rule("greatest priority", { priority = 30000 }, "from all"),
  {
    "pref, dsfield and lookup",
    make = function(ns) ns:rule_add { pref = 100, lookup = "local", dsfield = 16 } end,
    tool = "ip rule add pref 100 dsfield 0x10 lookup local",
    want = { { priority = 100, tos = 16, table = "local" } },
  },
  {
    "the other words for priority, iif and what is suppressed",
    pair = true,
    make = function(ns)
      ns:rule_add { preference = 100, dev = "v0", sup_pl = 16 }
      ns:rule_add { order = 101, dev = "v1", sup_group = 7 }
      assert(#ns:rule_list { dev = "v1" } == 1)
    end,
    tool = [[
      ip rule add preference 100 dev v0 table main sup_pl 16
      ip rule add order 101 dev v1 table main sup_group 7
    ]],
    want = { { priority = 100, iif = "v0", suppress_prefixlength = 16 }, { priority = 101, iif = "v1", suppress_ifgroup = "7" } },
  },
  rule("priority left to the kernel", { from = "10.1.0.1" }, "from 10.1.0.1", nil, {
    make = function(ns) ns:rule_add { from = "10.1.0.1" } end,
    tool = "ip rule add from 10.1.0.1",
    want = { { priority = 32765 } },
  }),
  rule("not", { not_ = true, from = "10.1.0.0/16" }, "not from 10.1.0.0/16", { { ["not"] = true, from = "10.1.0.0/16" } }),
  rule("tos", { tos = 16 }, "tos 0x10"),
  rule("tos by its name", { tos = "AF11", family = "inet6" }, "-6 tos AF11", { { tos = 40 } }),
  rule("tos of IPv6", { tos = 0x28, family = "inet6" }, "-6 tos 0x28"),
  rule("fwmark", { fwmark = 1 }, "fwmark 1"),
  rule("fwmark with a mask", { fwmark = "0x1/0xff" }, "fwmark 0x1/0xff", { { fwmark = 1, fwmask = 255 } }),
  rule("fwmark and fwmask", { fwmark = 2, fwmask = 15, family = "inet6" }, "-6 fwmark 2/15"),
  rule("iif", { iif = "v0" }, "iif v0", nil, pair),
  rule("iif of IPv6", { iif = "v0", family = "inet6" }, "-6 iif v0", nil, pair),
  rule("iif that is not there", { iif = "later" }, "iif later", { { iif = "later", iif_detached = true } }),
  rule("oif", { oif = "v1" }, "oif v1", nil, pair),
  rule("oif that is not there", { oif = "later", family = "inet6" }, "-6 oif later", { { oif = "later", oif_detached = true } }),
  rule("lo", { iif = "lo" }, "iif lo"),
  rule("l3mdev", { l3mdev = true }, "l3mdev"),
  rule("l3mdev of IPv6", { l3mdev = true, family = "inet6" }, "-6 l3mdev"),
  rule("uidrange", { uidrange = "1000-2000" }, "uidrange 1000-2000"),
  rule("one user", { uidrange = 7, family = "inet6" }, "-6 uidrange 7-7", { { uidrange = "7-7" } }),
  rule("ipproto", { ipproto = "tcp" }, "ipproto tcp"),
  rule("ipproto by its number", { ipproto = 17 }, "ipproto 17", { { ipproto = "udp" } }),
  rule("ipproto of IPv6", { ipproto = "ipv6-icmp", family = "inet6" }, "-6 ipproto ipv6-icmp"),
  rule("sport", { ipproto = "tcp", sport = 80 }, "ipproto tcp sport 80"),
  rule("sports", { ipproto = "udp", sport = "10-20" }, "ipproto udp sport 10-20"),
  rule("dport", { ipproto = "tcp", dport = 443, family = "inet6" }, "-6 ipproto tcp dport 443"),
  rule("dports", { ipproto = "udp", dport = "10-20" }, "ipproto udp dport 10-20"),
  newer("dscp", "6.13", { dscp = 10 }, { dscp = 10 }),
  newer("dscp by its name", "6.13", { dscp = "AF11", family = "inet6" }, { dscp = 10, family = "inet6" }),
  newer("dscp with a mask", "6.15", { dscp = "0x8/0x38" }, { dscp = 8, dscp_mask = 0x38 }),
  newer("dscp and dscp_mask", "6.15", { dscp = 8, dscp_mask = 0x38, family = "inet6" }, { dscp = 8, dscp_mask = 0x38 }),
  newer("flowlabel", "6.14", { flowlabel = 0x12345, family = "inet6" }, { flowlabel = 0x12345 }),
  newer("flowlabel with a mask", "6.14", { flowlabel = "0x12300/0xfff00", family = "inet6" },
    { flowlabel = 0x12300, flowlabel_mask = 0xfff00 }),
  newer("flowlabel and flowlabel_mask", "6.14", { flowlabel = 0x300, flowlabel_mask = 0xf00, family = "inet6" },
    { flowlabel = 0x300, flowlabel_mask = 0xf00 }),
  newer("ports with a mask", "6.15", { ipproto = "tcp", sport = "0x10/0xfff0", dport = 64, dport_mask = 0xffc0 },
    { ipproto = "tcp", sport = 16, sport_mask = 0xfff0, dport = 64, dport_mask = 0xffc0 }),
  newer("ports with masks, IPv6", "6.15",
    { ipproto = "udp", sport = 16, sport_mask = 0xfff0, dport = "64/0xffc0", family = "inet6" },
    { sport = 16, sport_mask = 0xfff0, dport = 64, dport_mask = 0xffc0 }),
  {
    "those of a dscp",
    since = "6.15",
    check = function(ns)
      for i = 1, 3 do ns:rule_add { priority = i, dscp = 8 * i, dscp_mask = 0x38 } end
      assert(ns:rule_list({ dscp = "16/0x38" })[1].priority == 2 and #ns:rule_list { dscp_mask = 0x38 } == 3)
      ns:rule_delete { dscp = "8/0x38" }
      assert(ns:rule_flush { dscp = 24 } == 1 and #read(ns) == 1)
    end,
  },
  {
    "a code point that is none",
    make = function(ns) ns:rule_add { dscp = 64 } end,
    fails = { code = "EINVAL", message = 'option "dscp" must be a number from 0 to 63' },
  },
  rule("tun_id", { tun_id = 7 }, "tun_id 7"),
  rule("tun_id of IPv6", { tun_id = 1 << 40, family = "inet6" }, "-6 tun_id 1099511627776"),
  rule("table", { table = 4000000000 }, "table 4000000000", { { table = "4000000000" } }),
  rule("table by its name", { table = "default", family = "inet6" }, "-6 table default"),
  rule("unicast", { type = "unicast" }, "type unicast table main", { { priority = 100, table = "main" } }),
  rule("blackhole", { type = "blackhole" }, "blackhole"),
  rule("unreachable", { type = "unreachable", from = "10.1.0.1" }, "from 10.1.0.1 unreachable"),
  rule("prohibit of IPv6", { type = "prohibit", family = "inet6" }, "-6 prohibit"),
  rule("nop", { type = "nop" }, "nop"),
  rule("goto", { goto_ = 32766 }, "goto 32766", { { ["goto"] = 32766 } }),
  rule("goto what is not there", { goto_ = 200, family = "inet6" }, "-6 goto 200", { { ["goto"] = 200, unresolved = true } }),
  rule("suppress_prefixlength", { suppress_prefixlength = 0 }, "table main suppress_prefixlength 0"),
  rule("suppress_prefixlength of IPv6", { suppress_prefixlength = 16, family = "inet6" }, "-6 table main suppress_prefixlength 16"),
  rule("suppress_ifgroup", { suppress_ifgroup = 7 }, "table main suppress_ifgroup 7", { { suppress_ifgroup = "7" } }),
  rule("suppress_ifgroup by its name", { suppress_ifgroup = "default", family = "inet6" }, "-6 table main suppress_ifgroup default"),
  rule("realms", { realms = "3/4" }, "realms 3/4"),
  rule("realm", { realms = 4 }, "realms 4", { { realms = "4" } }),
  rule("protocol", { protocol = "static" }, "protocol static"),
  rule("protocol by its number", { protocol = 77, family = "inet6" }, "-6 protocol 77", { { protocol = "77" } }),
  rule("all at once", {
    from = "10.1.0.0/16", to = "10.2.0.0/16", tos = 8, fwmark = "0x10/0xf0", iif = "v0", oif = "v1", ipproto = "udp",
    sport = 53, dport = "1000-2000", uidrange = "0-99", table = 500, suppress_prefixlength = 8, protocol = "bird",
  }, [[from 10.1.0.0/16 to 10.2.0.0/16 tos 8 fwmark 0x10/0xf0 iif v0 oif v1 ipproto udp sport 53 dport 1000-2000 \
    uidrange 0-99 table 500 suppress_prefixlength 8 protocol bird]], { { fwmark = 16, fwmask = 240, table = "500" } }, pair),
  {
    "delete by priority",
    again = false,
    before = "ip rule add priority 5 table 100; ip rule add priority 6 table 100",
    make = function(ns) ns:rule_delete { priority = 5 } end,
    tool = "ip rule del priority 5",
    want = { { priority = 6 } },
  },
  {
    "delete by what it is for",
    again = false,
    before = "ip -6 rule add from 2001:db8::/32 table 100; ip -6 rule add from 2001:db8::/48 table 100",
    make = function(ns) ns:rule_delete { from = "2001:db8::/32" } end,
    tool = "ip -6 rule del from 2001:db8::/32",
    want = { { from = "2001:db8::/48" } },
  },
  {
    "delete the first of a table",
    again = false,
    before = "ip rule add priority 5 table 100; ip rule add priority 6 table 100",
    make = function(ns) ns:rule_delete { table = 100 } end,
    tool = "ip rule del table 100",
    want = { { priority = 6 } },
  },
  {
    "flush",
    again = false,
    before = "ip rule add priority 5 table 100",
    make = function(ns)
      assert(ns:rule_flush { family = "inet" } == 3)
      ns:rule_add { priority = 9 }
    end,
    tool = "ip rule flush; ip rule add priority 9",
    want = { { priority = 9 } },
  },
  {
    "flush of IPv6",
    again = false,
    before = "ip -6 rule add priority 5 table 100; ip rule add priority 5 table 100",
    make = function(ns) ns:rule_flush { family = "inet6" } end,
    tool = "ip -6 rule flush",
    want = { { priority = 5, family = "inet" } },
  },
  {
    "flush of a protocol",
    again = false,
    before = "ip rule add priority 5 protocol static; ip rule add priority 6 protocol bird; ip rule add priority 7 protocol static",
    make = function(ns) assert(ns:rule_flush { protocol = "static" } == 2) end,
    tool = "ip rule flush protocol static",
    want = { { priority = 6 } },
  },
  filtered("list from", { from = "10.1.0.0/16" }, "from 10.1.0.0/16"),
  filtered("list to", { to = "10.9.0.0/16" }, "to 10.9.0.0/16"),
  filtered("list iif", { iif = "v0" }, "iif v0"),
  filtered("list oif", { oif = "v1" }, "oif v1"),
  filtered("list table", { table = 100 }, "table 100"),
  filtered("list fwmark", { fwmark = 1 }, "fwmark 1"),
  filtered("list tos", { tos = 16 }, "tos 0x10"),
  filtered("list dport", { dport = 80 }, "dport 80"),
  filtered("list ipproto", { ipproto = "tcp" }, "ipproto tcp"),
  filtered("list sport", { sport = "10-20" }, "sport 10-20"),
  filtered("list uidrange", { uidrange = "5-9" }, "uidrange 5-9"),
  filtered("list l3mdev", { l3mdev = true }, "l3mdev"),
  filtered("list tun_id", { tun_id = 7 }, "tun_id 7"),
  filtered("list priority", { priority = 12 }, "priority 12"),
  filtered("list protocol", { protocol = "static" }, "iif v0"), -- by protocol `ip` only flushes
  {
    "the same again",
    before = "ip rule add priority 5 table 100",
    make = function(ns) ns:rule_add { priority = 5, table = 100 } end,
    tool = "ip rule add priority 5 table 100",
    fails = { code = "EEXIST", message = 'rule "priority 5 table 100" of "anonymous" already exists' },
  },
  {
    "delete what is not there",
    make = function(ns) ns:rule_delete { priority = 5 } end,
    tool = "ip rule del priority 5",
    fails = { code = "ENOENT", message = 'there is no rule "priority 5"' },
  },
  {
    "goto back",
    make = function(ns) ns:rule_add { priority = 50, goto_ = 10 } end,
    tool = "ip rule add priority 50 goto 10",
    fails = { code = "EINVAL" },
  },
  {
    "a table nobody has named",
    make = function(ns) ns:rule_add { priority = 5, table = "mian" } end,
    tool = "ip rule add priority 5 table mian",
    fails = { code = "EINVAL", message = 'option "table" must be a name or a number, got "mian"', hint = 'did you mean "main"?' },
  },
  {
    "nothing",
    make = function(ns) ns:rule_add {} end,
    tool = "ip rule add",
    fails = { code = "EINVAL", message = "a rule needs an option" },
  },
  {
    "a link whose name is too long",
    make = function(ns) ns:rule_add { iif = "sixteen-letters0", table = 5 } end,
    tool = "ip rule add iif sixteen-letters0 table 5",
    fails = { code = "EINVAL", message = "15 are allowed" },
  },
  {
    "two families",
    make = function(ns) ns:rule_add { from = "10.0.0.1", to = "2001:db8::1" } end,
    tool = "ip rule add from 10.0.0.1 to 2001:db8::1",
    fails = { code = "EINVAL", message = "of the rule's family, inet" },
  },
  {
    "an option misspelt",
    make = function(ns) ns:rule_add { form = "10.0.0.1" } end,
    tool = "ip rule add form 10.0.0.1",
    fails = { code = "EINVAL", hint = 'did you mean "from"?' },
  },
}
