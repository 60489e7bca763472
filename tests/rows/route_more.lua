-- The rarer options of routes, the other verbs, what `route_get` asks and `route_list` leaves out: `ip route` beside nsl.

local routes = require "routes"

local before, with = routes.before, require("rows").with

--- A row for one route of either family, `4` or `6`, to 10.9.0.0/16 or 2001:db8:9::/48 over v0.
local function route(family, name, opts, words, want, more)
  local dst, via = "10.9.0.0/16", "10.0.0.2"
  if family == 6 then dst, via, name = "2001:db8:9::/48", "2001:db8::2", name .. ", IPv6" end
  opts.via, opts.dev = via, "v0"
  return with({
    name,
    make = function(ns) ns:route_add(dst, opts) end,
    tool = ("ip route add %s via %s dev v0 %s"):format(dst, via, words),
    want = want or opts,
  }, more)
end

local rows = with({}, routes.beside)

--- The same option for both families.
local function both(...)
  local name, opts, words, want, more = ...
  for _, family in ipairs { 4, 6 } do
    local copy = {}
    for key, value in pairs(opts) do copy[key] = value end
    rows[#rows + 1] = route(family, name, copy, words, want, more)
  end
end

both("mtu lock", { mtu = 1300, lock = { "mtu" } }, "mtu lock 1300")
both("window", { window = 8192 }, "window 8192")
both("rtt", { rtt = 0.02 }, "rtt 20ms")
both("rttvar", { rttvar = 0.01 }, "rttvar 10ms")
both("rto_min", { rto_min = 0.04 }, "rto_min 40ms")
both("rto_min as text, and a lock", { rto_min = "40ms", cwnd = 4, lock = "cwnd" }, "rto_min 40ms cwnd lock 4", { { rto_min = 0.04, lock = { "cwnd" } } })
both("ssthresh", { ssthresh = 20 }, "ssthresh 20")
both("cwnd", { cwnd = 30, lock = { "cwnd" } }, "cwnd lock 30")
both("initcwnd", { initcwnd = 40 }, "initcwnd 40")
both("initrwnd", { initrwnd = 50 }, "initrwnd 50")
both("hoplimit", { hoplimit = 60 }, "hoplimit 60")
both("reordering", { reordering = 7 }, "reordering 7")
both("advmss lock", { advmss = 1000, lock = { "advmss" } }, "advmss lock 1000")
both("features", { features = { "ecn" } }, "features ecn")
both("quickack", { quickack = true }, "quickack 1")
both("congctl", { congctl = "reno" }, "congctl reno")
both("congctl lock", { congctl = "reno", lock = { "congctl" } }, "congctl lock reno")
both("fastopen_no_cookie", { fastopen_no_cookie = true }, "fastopen_no_cookie 1")
both("many metrics", { mtu = 1400, advmss = 1300, window = 100, initcwnd = 10, hoplimit = 5, lock = { "mtu", "hoplimit" } },
  "mtu lock 1400 advmss 1300 window 100 initcwnd 10 hoplimit lock 5")

local more = {
  route(4, "realms", { realms = "3/4" }, "realms 3/4"),
  route(4, "a realm", { realms = 4 }, "realms 4", { { realms = "4" } }),
  route(6, "expires", { expires = 600 }, "expires 600", { { dst = "2001:db8:9::/48" } }),
  route(6, "from", { from = "2001:db8:5::/48" }, "from 2001:db8:5::/48"),
  with({
    "the other words for dev, metric, proto and tos",
    make = function(ns)
      ns:route_add("10.9.0.0/16", { via = "10.0.0.2", oif = "v0", priority = 7, protocol = "static", dsfield = 8 })
      ns:route_add("10.10.0.0/16", { dev = "v0", preference = 8 })
      local opts = { oif = "v0", priority = 7, protocol = "static", dsfield = 8 }
      assert(#ns:route_list(opts) == 1 and #ns:route_list { preference = 8 } == 1)
      assert(ns:route_get("10.9.0.1", { dsfield = 8, dev = "v0" }).via == "10.0.0.2")
    end,
    tool = [[
      ip route add 10.9.0.0/16 via 10.0.0.2 oif v0 priority 7 protocol static dsfield 8
      ip route add 10.10.0.0/16 dev v0 preference 8
    ]],
    want = { { dst = "10.9.0.0/16", dev = "v0", metric = 7, proto = "static", tos = 8 }, { metric = 8 } },
  }),
  route(4, "tos by its name", { tos = "0x10" }, "tos 0x10", { { tos = 16 } }),
  with({
    "several ways with realms",
    make = function(ns)
      ns:route_add("10.9.0.0/16", { nexthops = { { via = "10.0.0.2", dev = "v0", realms = "1/2" }, { via = "10.0.1.2", dev = "v1", weight = 4 } } })
    end,
    tool = "ip route add 10.9.0.0/16 nexthop via 10.0.0.2 dev v0 realms 1/2 nexthop via 10.0.1.2 dev v1 weight 4",
    want = { { nexthops = { { via = "10.0.0.2", realms = "1/2" }, { weight = 4 } } } },
  }),
  {
    "change",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2",
    make = function(ns) ns:route_change("10.9.0.0/16", { via = "10.0.1.2", hoplimit = 9 }) end,
    tool = "ip route change 10.9.0.0/16 via 10.0.1.2 hoplimit 9",
    want = { { via = "10.0.1.2", hoplimit = 9 } },
  },
  {
    "change, IPv6",
    before = before .. "ip route add 2001:db8:9::/48 via 2001:db8::2",
    make = function(ns) ns:route_change("2001:db8:9::/48", { via = "2001:db8::3" }) end,
    tool = "ip route change 2001:db8:9::/48 via 2001:db8::3",
    want = { { via = "2001:db8::3" } },
  },
  {
    "change what is not there",
    make = function(ns) ns:route_change("10.9.0.0/16", { via = "10.0.0.2" }) end,
    tool = "ip route change 10.9.0.0/16 via 10.0.0.2",
    fails = { code = "ESRCH", message = 'no route "10.9.0.0/16"' },
  },
  {
    "append",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2",
    make = function(ns) ns:route_append("10.9.0.0/16", { via = "10.0.0.3" }) end,
    tool = "ip route append 10.9.0.0/16 via 10.0.0.3",
    json = "ip route show table all | grep ^10.9",
    want = { { via = "10.0.0.2" }, { via = "10.0.0.3" } },
    write = false,
    again = false,
  },
  {
    "append makes several ways, IPv6",
    before = before .. "ip route add 2001:db8:9::/48 via 2001:db8::2",
    make = function(ns) ns:route_append("2001:db8:9::/48", { via = "2001:db8:1::2" }) end,
    tool = "ip route append 2001:db8:9::/48 via 2001:db8:1::2",
    want = { { nexthops = { { via = "2001:db8::2" }, { via = "2001:db8:1::2" } } } },
  },
  {
    "prepend",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2",
    make = function(ns) ns:route_prepend("10.9.0.0/16", { via = "10.0.0.3" }) end,
    tool = "ip route prepend 10.9.0.0/16 via 10.0.0.3",
    json = "ip route show table all | grep -n ^10.9",
    want = { { via = "10.0.0.2" }, { via = "10.0.0.3" } },
    write = false,
    again = false,
  },
  {
    "in a VRF",
    needs = { "vrf" },
    before = before .. "ip link add red address 02:00:00:00:00:05 type vrf table 10; ip link set red up",
    make = function(ns) ns:route_add("10.9.0.0/16", { type = "unreachable", metric = 4, vrf = "red" }) end,
    tool = "ip route add unreachable 10.9.0.0/16 metric 4 vrf red",
    json = "ip -json -details route show table 10",
    read = function(ns) return ns:route_list { vrf = "red" } end,
    want = { { table = "10", type = "unreachable" } },
  },
  {
    "a VRF that is none",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "10.0.0.2", vrf = "v0" }) end,
    tool = "ip route add 10.9.0.0/16 via 10.0.0.2 vrf v0",
    fails = { code = "EINVAL", object = "v0", message = '"v0" is no VRF' },
  },
  {
    "a metric that is none",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "10.0.0.2", features = { "enc" } }) end,
    tool = "ip route add 10.9.0.0/16 via 10.0.0.2 features enc",
    fails = { code = "EINVAL", message = 'option "features" must be an array of ecn' },
  },
  {
    "a congestion control there is not",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "10.0.0.2", congctl = "none" }) end,
    tool = "ip route add 10.9.0.0/16 via 10.0.0.2 congctl none",
    fails = { code = "EINVAL" },
  },
  {
    "an option misspelt",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "10.0.0.2", initcwd = 5 }) end,
    fails = { code = "EINVAL", hint = 'did you mean "initcwnd"?' },
  },
}
for _, row in ipairs(more) do rows[#rows + 1] = row end

local several = before .. [[
ip route add 10.8.0.0/15 via 10.0.0.2 proto static
ip route add 10.9.0.0/16 via 10.0.1.2 metric 7 src 10.0.1.1
ip route add 10.9.1.0/24 dev v1 scope host
ip route add 10.9.2.0/24 tos 8 via 10.0.0.3
ip route add blackhole 10.7.0.0/16 proto 77
ip route add 10.6.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.1.9
ip route add 10.4.0.0/16 realms 3/4 via 10.0.0.9
ip nexthop add id 7 via 10.0.0.2 dev v0; ip route add 10.5.0.0/16 nhid 7
ip route add default via 10.0.0.250 table 100
ip route add 2001:db8:8::/47 via 2001:db8::2 proto static
ip route add 2001:db8:9::/48 via 2001:db8:1::2 metric 7
ip route add 2001:db8:6::/48 from 2001:db8:5::/48 via 2001:db8::2
]]

--- A row for which routes a list with a filter has: those that `ip route list` with words shows.
local function filtered(name, filter, words)
  rows[#rows + 1] = {
    "list " .. name,
    before = several,
    make = function() end,
    tool = "true",
    json = ("ip -json -details %s route list %s | grep -v '^\\[ \\]'"):format(words:match "^%-6" or "", (words:gsub("^%-6 ", ""))),
    read = function(ns)
      local family = words:find "^%-6" and "-6" or "-4"
      local told = ns:output(("ip %s route list %s | grep '[0-9a-z]' | wc -l"):format(family, words:gsub("^%-6 ", "")))
      filter.family = family == "-6" and "inet6" or "inet"
      local list = ns:route_list(filter)
      -- A line for each, but for those of several ways.
      local lines = #list
      for _, found in ipairs(list) do lines = lines + (found.nexthops and #found.nexthops or 0) end
      assert(lines == tonumber(told), ("%d routes, %s lines"):format(#list, told))
      return list
    end,
    write = false,
    again = false,
  }
end
filtered("all", {}, "")
filtered("exact", { exact = "10.9.0.0/16" }, "10.9.0.0/16")
filtered("exact of nothing but this", { exact = "10.9.0.0/16" }, "exact 10.9.0.0/16")
filtered("root", { root = "10.8.0.0/15" }, "root 10.8.0.0/15")
filtered("match", { match = "10.9.1.7" }, "match 10.9.1.7")
filtered("match default", { match = "10.9.1.7", table = 100 }, "match 10.9.1.7 table 100")
filtered("via", { via = "10.0.1.2" }, "via 10.0.1.2")
filtered("src", { src = "10.0.1.1" }, "src 10.0.1.1")
filtered("type", { type = "blackhole" }, "type blackhole")
filtered("scope", { scope = "host" }, "scope host")
filtered("metric", { metric = 7 }, "metric 7")
filtered("from", { from = "2001:db8:5::/48" }, "-6 from 2001:db8:5::/48")
filtered("tos", { tos = 8 }, "tos 8")
filtered("proto", { proto = "static" }, "proto static")
filtered("proto by number", { proto = 77 }, "proto 77")
filtered("dev", { dev = "v1", metric = 7 }, "dev v1 metric 7")
filtered("table", { table = 100 }, "table 100")
filtered("nhid", { nhid = 7 }, "root 10.5.0.0/16")
filtered("realms", { realms = "3/4" }, "realms 3/4")

--- A row for the way that the kernel chooses.
local function lookup(name, dst, opts, words, want, more)
  rows[#rows + 1] = with({
    "get " .. name,
    before = several .. "ip rule add ipproto udp dport 99 table 100; ip rule add fwmark 5 table 100; ip rule add uidrange 5-9 table 100; ip rule add tos 8 table 100; ip rule add sport 77 ipproto tcp table 100; sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.ip_forward=1",
    make = function() end,
    tool = "true",
    json = ("ip -json route get %s %s"):format(dst, words),
    read = function(ns) return ns:route_get(dst, opts) end,
    want = { want },
    write = false,
    again = false,
  }, more)
end
lookup("an address", "10.9.0.1", {}, "", { dst = "10.9.0.1", via = "10.0.1.2", dev = "v1", src = "10.0.1.1", uid = 0 })
lookup("an address of IPv6", "2001:db8:9::1", {}, "", { via = "2001:db8:1::2", dev = "v1", metric = 7 })
lookup("from", "10.9.0.1", { from = "10.0.0.1" }, "from 10.0.0.1", { from = "10.0.0.1", via = "10.0.1.2" })
lookup("from and iif", "10.9.0.1", { from = "10.0.0.9", iif = "v0" }, "from 10.0.0.9 iif v0", { from = "10.0.0.9", iif = "v0", dev = "v1" })
lookup("oif", "10.9.0.1", { oif = "v0" }, "oif v0", { dev = "v0" })
lookup("mark", "10.9.0.1", { mark = 5 }, "mark 5", { via = "10.0.0.250", mark = 5, table = "100" })
lookup("tos", "10.9.0.1", { tos = 8 }, "tos 8", { via = "10.0.0.250" })
lookup("ipproto and dport", "10.9.0.1", { ipproto = "udp", dport = 99 }, "ipproto udp dport 99", { via = "10.0.0.250" })
lookup("another dport", "10.9.0.1", { ipproto = "udp", dport = 98 }, "ipproto udp dport 98", { via = "10.0.1.2" })
lookup("ipproto and sport", "10.9.0.1", { ipproto = "tcp", sport = 77 }, "ipproto tcp sport 77", { via = "10.0.0.250" })
lookup("uid", "10.9.0.1", { uid = 7 }, "uid 7", { via = "10.0.0.250", uid = 7 })
lookup("fibmatch", "10.9.0.1", { fibmatch = true }, "fibmatch", { dst = "10.9.0.0/16", via = "10.0.1.2", metric = 7 })
lookup("fibmatch of IPv6", "2001:db8:9::1", { fibmatch = true }, "fibmatch", { dst = "2001:db8:9::/48" })
lookup("connected", "10.9.0.1", { connected = true }, "connected", { from = "10.0.1.1", via = "10.0.1.2" })
lookup("notify", "10.9.0.1", { notify = true }, "notify", { via = "10.0.1.2" })
rows[#rows + 1] = {
  "get flowlabel",
  since = "6.14",
  before = before,
  make = function(ns)
    ns:rule_add { flowlabel = 0x300, family = "inet6", table = 100 }
    ns:route_add("2001:db8:9::/48", { via = "2001:db8::2" })
    ns:route_add("2001:db8:9::/48", { via = "2001:db8::3", table = 100 })
  end,
  json = false,
  read = function(ns)
    assert(ns:route_get("2001:db8:9::1", { flowlabel = 0x301 }).via == "2001:db8::2")
    return ns:route_get("2001:db8:9::1", { flowlabel = 0x300 })
  end,
  want = { { via = "2001:db8::3" } },
  write = false,
  again = false,
}
lookup("vrf", "10.9.0.1", { vrf = "red" }, "vrf red", { type = "unicast", via = "10.0.0.2", table = "10" }, {
  needs = { "vrf" },
  before = before .. "ip link add red address 02:00:00:00:00:05 type vrf table 10; ip link set red up; ip link set v0 master red; ip route add 10.9.0.0/16 via 10.0.0.2 vrf red",
})
--- What stands behind a router whose next link carries less, so that the kernel keeps that for the one destination.
local behind = {}
rows[#rows + 1] = {
  "list cached",
  pair = false,
  before = function(ns)
    local router, host = netns.add(), netns.add()
    behind[#behind + 1] = { router, host }
    ns:veth("v0", "r0")
    ns:link_set("r0", { netns = router })
    router:veth("r1", "h0", { mtu = 1300 })
    router:link_set("h0", { netns = host })
    ns:addr_add("v0", "10.0.0.1/24")
    router:addr_add("r0", "10.0.0.2/24")
    router:addr_add("r1", "10.0.1.1/24")
    host:addr_add("h0", "10.0.1.2/24")
    ns:link_set("v0", { up = true })
    for _, name in ipairs { "r0", "r1" } do router:link_set(name, { up = true }) end
    host:link_set("h0", { up = true })
    router:sysctl("net.ipv4.ip_forward", 1)
    ns:route_add("10.0.1.0/24", { via = "10.0.0.2" })
    host:route_add("10.0.0.0/24", { via = "10.0.1.1" })
    ns:exec { "bash", "-c", "head -c 1400 /dev/zero > /dev/udp/10.0.1.2/9" }
  end,
  make = function() end,
  tool = "true",
  json = "ip -json route show cache",
  read = function(ns) return ns:route_list { cached = true } end,
  want = { { dst = "10.0.1.2", mtu = 1300, expires = 600 } },
  write = false,
  again = false,
}
rows[#rows + 1] = {
  "get what is unreachable",
  make = function(ns) ns:route_get "192.0.2.1" end,
  tool = "ip route get 192.0.2.1",
  fails = { code = "ENETUNREACH", message = "192.0.2.1" },
}
--- A row for what is asked wrongly.
local function wrong(name, dst, opts, words, fails)
  rows[#rows + 1] = {
    "get " .. name,
    before = before,
    make = function(ns) ns:route_get(dst, opts) end,
    tool = ("ip route get %s %s"):format(dst, words),
    fails = fails,
  }
end
wrong("with a source of the other family", "10.0.0.9", { from = "2001:db8::1" }, "from 2001:db8::1", {
  code = "EINVAL",
  message = 'option "from": "2001:db8::1" is of another address family than "10.0.0.9"',
})
wrong("of the other family", "10.0.0.9", { family = "inet6" }, "bad", {
  code = "EINVAL",
  message = 'option "family": "inet6" is of another address family than "10.0.0.9"',
})
wrong("from nowhere", "10.0.0.9", { iif = "v0" }, "iif v0", {
  code = "EINVAL",
  message = 'for a packet that came in by "v0" from nowhere',
  hint = "from",
})
wrong("of a VRF that is none", "10.0.0.9", { vrf = "v0" }, "vrf v0", { code = "EINVAL", message = '"v0" is no VRF' })
rows[#rows + 1] = {
  "get a label, without MPLS",
  lacks = "test -d /proc/sys/net/mpls",
  make = function(ns) ns:route_get(100, { family = "mpls" }) end,
  tool = "ip -f mpls route get 100",
  fails = { code = "EOPNOTSUPP", message = "does not support routes of MPLS", hint = "mpls_router" },
}
rows[#rows + 1] = {
  "flush of what is inside",
  before = several,
  make = function(ns) assert(ns:route_flush { root = "10.8.0.0/15" } == 4) end,
  tool = "ip route flush root 10.8.0.0/15",
  again = false,
}
rows[#rows + 1] = {
  "flush via",
  before = several,
  make = function(ns) assert(ns:route_flush { via = "10.0.1.2" } == 1) end,
  tool = "ip route flush via 10.0.1.2",
  again = false,
}
return rows
