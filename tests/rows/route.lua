-- Routes: `ip route` beside `route_add`, `route_replace`, `route_delete` and `route_flush`.

local routes = require "routes"
local rows = require "rows"

local before = routes.before

--- A row for one route.
local function route(name, dst, opts, words, want, more)
  return rows.with({
    name,
    make = function(ns) ns:route_add(dst, opts) end,
    tool = ("ip route add %s %s"):format(dst, words),
    want = want or opts,
  }, more)
end

return rows.file(routes.beside, {
  route("via", "10.9.0.0/16", { via = "10.0.0.2" }, "via 10.0.0.2", { dst = "10.9.0.0/16", via = "10.0.0.2", dev = "v0", proto = "boot" }),
  route("via, IPv6", "2001:db8:9::/48", { via = "2001:db8::2" }, "via 2001:db8::2", { via = "2001:db8::2", dev = "v0", metric = 1024 }),
  route("via a link-local address", "2001:db8:9::/48", { via = "fe80::1", dev = "v1" }, "via fe80::1 dev v1"),
  route("via the other family", "10.9.0.0/16", { via = "inet6 2001:db8::2" }, "via inet6 2001:db8::2", { via = "2001:db8::2" }, {
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "2001:db8::2", dev = "v0" }) end,
    tool = "ip route add 10.9.0.0/16 via inet6 2001:db8::2 dev v0",
  }),
  route("dev", "10.9.0.0/16", { dev = "v1" }, "dev v1", { dst = "10.9.0.0/16", dev = "v1", scope = "link" }),
  route("dev, IPv6", "2001:db8:9::/48", { dev = "v1" }, "dev v1", { dst = "2001:db8:9::/48", dev = "v1" }),
  route("default", "default", { via = "10.0.0.2" }, "via 10.0.0.2", { dst = "default" }),
  route("default, IPv6", "default", { via = "2001:db8::2" }, "", { dst = "default", family = "inet6" }, {
    tool = "ip -6 route add default via 2001:db8::2",
  }),
  route("default by family", "default", { dev = "v0", family = "inet6" }, "", { dst = "default", family = "inet6" }, {
    tool = "ip -6 route add default dev v0",
  }),
  route("a host's", "10.9.0.9", { via = "10.0.0.2" }, "via 10.0.0.2", { dst = "10.9.0.9" }),
  route("src", "10.9.0.0/16", { via = "10.0.0.2", src = "10.0.1.1" }, "via 10.0.0.2 src 10.0.1.1"),
  route("src, IPv6", "2001:db8:9::/48", { via = "2001:db8::2", src = "2001:db8:1::1" }, "via 2001:db8::2 src 2001:db8:1::1"),
  route("metric", "10.9.0.0/16", { via = "10.0.0.2", metric = 77 }, "via 10.0.0.2 metric 77"),
  route("metric, IPv6", "2001:db8:9::/48", { via = "2001:db8::2", metric = 77 }, "via 2001:db8::2 metric 77"),
  route("table by number", "10.9.0.0/16", { via = "10.0.0.2", table = 100 }, "via 10.0.0.2 table 100", { table = "100" }),
  route("table by a large number", "10.9.0.0/16", { via = "10.0.0.2", table = 100000 }, "via 10.0.0.2 table 100000", { table = "100000" }),
  route("table by name", "10.9.0.0/16", { via = "10.0.0.2", table = "default" }, "via 10.0.0.2 table default"),
  route("scope", "10.9.0.0/16", { dev = "v0", scope = "host" }, "dev v0 scope host"),
  route("scope by number", "10.9.0.0/16", { dev = "v0", scope = 210 }, "dev v0 scope 210", { scope = "210" }),
  route("proto by name", "10.9.0.0/16", { via = "10.0.0.2", proto = "static" }, "via 10.0.0.2 proto static"),
  route("proto by number", "10.9.0.0/16", { via = "10.0.0.2", proto = 77 }, "via 10.0.0.2 proto 77", { proto = "77" }),
  route("mtu", "10.9.0.0/16", { via = "10.0.0.2", mtu = 1300 }, "via 10.0.0.2 mtu 1300"),
  route("mtu, IPv6", "2001:db8:9::/48", { via = "2001:db8::2", mtu = 1300 }, "via 2001:db8::2 mtu 1300"),
  route("advmss", "10.9.0.0/16", { via = "10.0.0.2", advmss = 1200 }, "via 10.0.0.2 advmss 1200"),
  route("tos", "10.9.0.0/16", { via = "10.0.0.2", tos = 8 }, "via 10.0.0.2 tos 8", { tos = 8, dst = "10.9.0.0/16" }),
  route("pref low", "2001:db8:9::/48", { via = "2001:db8::2", pref = "low" }, "via 2001:db8::2 pref low"),
  route("pref high", "2001:db8:9::/48", { via = "2001:db8::2", pref = "high" }, "via 2001:db8::2 pref high"),
  route("onlink", "10.9.0.0/16", { via = "192.168.7.7", dev = "v0", onlink = true }, "via 192.168.7.7 dev v0 onlink"),
  route("type blackhole", "10.9.0.0/16", { type = "blackhole" }, "", nil, { tool = "ip route add blackhole 10.9.0.0/16" }),
  route("type unreachable", "10.9.0.0/16", { type = "unreachable" }, "", nil, { tool = "ip route add unreachable 10.9.0.0/16" }),
  route("type prohibit", "10.9.0.0/16", { type = "prohibit" }, "", nil, { tool = "ip route add prohibit 10.9.0.0/16" }),
  route("type throw", "10.9.0.0/16", { type = "throw", table = 100 }, "", { type = "throw", table = "100" }, { tool = "ip route add throw 10.9.0.0/16 table 100" }),
  route("type blackhole, IPv6", "2001:db8:9::/48", { type = "blackhole" }, "", nil, { tool = "ip route add blackhole 2001:db8:9::/48" }),
  route("type local", "10.9.0.0/16", { type = "local", dev = "lo", table = 100 }, "", { type = "local", scope = "host" }, {
    tool = "ip route add local 10.9.0.0/16 dev lo table 100",
  }),
  route("type broadcast", "10.9.0.255", { type = "broadcast", dev = "v0" }, "", { type = "broadcast", scope = "link" }, {
    tool = "ip route add broadcast 10.9.0.255 dev v0",
  }),
  route("type unicast", "10.9.0.0/16", { type = "unicast", via = "10.0.0.2" }, "", { type = "unicast" }, {
    tool = "ip route add unicast 10.9.0.0/16 via 10.0.0.2",
  }),
  route(
    "several ways",
    "10.9.0.0/16",
    { nexthops = { { via = "10.0.0.2" }, { via = "10.0.1.2", dev = "v1", weight = 5 }, { dev = "v1", weight = 256 } } },
    "nexthop via 10.0.0.2 nexthop via 10.0.1.2 dev v1 weight 5 nexthop dev v1 weight 256",
    { nexthops = { { via = "10.0.0.2", dev = "v0" }, { via = "10.0.1.2", dev = "v1", weight = 5 }, { dev = "v1", weight = 256 } } }
  ),
  route(
    "several ways on the link",
    "10.9.0.0/16",
    { nexthops = { { via = "192.168.7.7", dev = "v0", onlink = true }, { via = "10.0.1.2" } } },
    "nexthop via 192.168.7.7 dev v0 onlink nexthop via 10.0.1.2",
    { nexthops = { { via = "192.168.7.7", onlink = true }, { via = "10.0.1.2" } } }
  ),
  route(
    "several ways, IPv6",
    "2001:db8:9::/48",
    { nexthops = { { via = "2001:db8::2" }, { via = "2001:db8:1::2", weight = 3 } } },
    "nexthop via 2001:db8::2 nexthop via 2001:db8:1::2 weight 3",
    { nexthops = { { via = "2001:db8::2" }, { via = "2001:db8:1::2", weight = 3 } } }
  ),
  route("by a nexthop object", "10.9.0.0/16", { nhid = 7 }, "nhid 7", { dst = "10.9.0.0/16", nhid = 7 }, {
    before = before .. "ip nexthop add id 7 via 10.0.0.2 dev v0",
  }),
  {
    "replaced",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2",
    make = function(ns) ns:route_replace("10.9.0.0/16", { via = "10.0.1.2", mtu = 1300 }) end,
    tool = "ip route replace 10.9.0.0/16 via 10.0.1.2 mtu 1300",
    want = { via = "10.0.1.2", mtu = 1300 },
  },
  {
    "deleted",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2; ip route add 10.9.0.0/16 via 10.0.0.3 metric 7",
    make = function(ns) ns:route_delete("10.9.0.0/16", { metric = 7 }) end,
    tool = "ip route delete 10.9.0.0/16 metric 7",
    want = { via = "10.0.0.2" },
    again = false,
  },
  {
    "flushed",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2 table 100; ip route add 10.9.0.0/16 via 10.0.0.3 table 200",
    make = function(ns) ns:route_flush { table = 100 } end,
    tool = "ip route flush table 100",
    want = { via = "10.0.0.3", table = "200" },
    again = false,
  },
  {
    "many at once",
    make = function(ns)
      ns:routes_add { { dst = "10.9.0.0/16", via = "10.0.0.2" }, { dst = "10.8.0.0/16", dev = "v1", metric = 5 } }
    end,
    tool = "ip route add 10.9.0.0/16 via 10.0.0.2; ip route add 10.8.0.0/16 dev v1 metric 5",
    want = { { dst = "10.9.0.0/16" }, { dst = "10.8.0.0/16", metric = 5 } },
  },
  {
    "one there is",
    before = before .. "ip route add 10.9.0.0/16 via 10.0.0.2",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "10.0.0.3" }) end,
    tool = "ip route add 10.9.0.0/16 via 10.0.0.3",
    fails = { code = "EEXIST", message = "10.9.0.0/16" },
  },
  {
    "one there is not",
    make = function(ns) ns:route_delete "10.9.0.0/16" end,
    tool = "ip route delete 10.9.0.0/16",
    fails = { code = "ESRCH", message = "10.9.0.0/16" },
  },
  {
    "a gateway out of reach",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "172.16.0.1" }) end,
    tool = "ip route add 10.9.0.0/16 via 172.16.0.1",
    fails = { code = "ENETUNREACH", message = "172.16.0.1" },
  },
  {
    "a gateway out of reach, IPv6",
    make = function(ns) ns:route_add("2001:db8:9::/48", { via = "2001:db8:7::1" }) end,
    tool = "ip route add 2001:db8:9::/48 via 2001:db8:7::1",
    fails = { code = "ENETUNREACH", message = "2001:db8:7::1" },
  },
  {
    "nexthops that are no tables",
    make = function(ns) ns:route_add("10.9.0.0/16", { nexthops = { "10.0.0.2" } }) end,
    fails = { code = "EINVAL", message = "{ via = " },
  },
  {
    "what the kernel has no words for in nsl",
    make = function(ns) ns:route_add("10.9.0.0/16", { via = "10.0.0.2", src = "10.7.7.7" }) end,
    tool = "ip route add 10.9.0.0/16 via 10.0.0.2 src 10.7.7.7",
    fails = { code = "EINVAL", message = 'refused route "10.9.0.0/16" of "anonymous"' },
  },
  {
    "a nexthop object there is not",
    make = function(ns) ns:route_add("10.9.0.0/16", { nhid = 7 }) end,
    tool = "ip route add 10.9.0.0/16 nhid 7",
    fails = { code = "EINVAL", message = "there is no nexthop 7", hint = "netns.nexthop_add" },
  },
  {
    "a network with bits of a host",
    make = function(ns) ns:route_add("10.9.0.1/16", { via = "10.0.0.2" }) end,
    tool = "ip route add 10.9.0.1/16 via 10.0.0.2",
    fails = { code = "EINVAL", message = "10.9.0.1/16" },
  },
})
