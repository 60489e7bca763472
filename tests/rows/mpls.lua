-- Routes of MPLS: labels that are exchanged, popped or sent several ways; `ip -f mpls route` beside `route_add` with
-- `family = "mpls"`. In user-mode Linux: most kernels have MPLS as modules.

local routes = require "routes"

local before = routes.before

local function label(name, dst, opts, words, want)
  opts.family = "mpls"
  return {
    name,
    make = function(ns) ns:route_add(dst, opts) end,
    tool = ("ip -f mpls route add %s %s"):format(dst, words),
    want = { want or opts },
  }
end

return {
  needs = { "mpls_router", "mpls_iptunnel" },
  pair = true,
  sysctl = { ["net.mpls.platform_labels"] = 1000 },
  before = before,
  json = "ip -json -f mpls route",
  read = function(ns) return ns:route_list { family = "mpls" } end,
  write = routes.write,
  again = true,
  label("exchanged", 100, { as = 200, via = "10.0.0.2" }, "as 200 via inet 10.0.0.2", { dst = "100", as = "200", via = "10.0.0.2", dev = "v0", family = "mpls" }),
  label("exchanged for several", 100, { as = "200/300", via = "10.0.0.2" }, "as 200/300 via inet 10.0.0.2"),
  label("exchanged, over IPv6", 100, { as = 200, via = "2001:db8::2" }, "as 200 via inet6 2001:db8::2", { as = "200", via = "2001:db8::2" }),
  label("exchanged, over IPv6 on a link", 101, { as = 200, via = "fe80::1", dev = "v1" }, "as 200 via inet6 fe80::1 dev v1", { via = "fe80::1", dev = "v1" }),
  label("popped", 100, { via = "10.0.0.2" }, "via inet 10.0.0.2"),
  label("to itself", 100, { dev = "lo" }, "dev lo"),
  label("proto", 100, { via = "10.0.0.2", proto = "static" }, "via inet 10.0.0.2 proto static"),
  label("no ttl_propagate", 100, { as = 200, via = "10.0.0.2", ttl_propagate = false }, "as 200 via inet 10.0.0.2 ttl-propagate disabled", { ttl_propagate = false }),
  label("ttl_propagate", 100, { as = 200, via = "10.0.0.2", ttl_propagate = true }, "as 200 via inet 10.0.0.2 ttl-propagate enabled", { ttl_propagate = true }),
  label("several ways", 100, { nexthops = { { as = 5, via = "10.0.0.2" }, { via = "2001:db8:1::2" } } },
    "nexthop as 5 via inet 10.0.0.2 nexthop via inet6 2001:db8:1::2",
    { nexthops = { { as = "5", via = "10.0.0.2", dev = "v0" }, { via = "2001:db8:1::2", dev = "v1" } } }),
  {
    "replace",
    before = before .. "ip -f mpls route add 100 as 200 via inet 10.0.0.2",
    make = function(ns) ns:route_replace("100", { family = "mpls", as = 7, via = "10.0.1.2" }) end,
    tool = "ip -f mpls route replace 100 as 7 via inet 10.0.1.2",
    want = { { as = "7", dev = "v1" } },
  },
  {
    "delete",
    before = before .. "ip -f mpls route add 100 as 200 via inet 10.0.0.2; ip -f mpls route add 101 dev lo",
    make = function(ns) ns:route_delete(100, { family = "mpls" }) end,
    tool = "ip -f mpls route del 100",
    want = { { dst = "101" } },
    again = false,
  },
  {
    "flush",
    before = before .. "ip -f mpls route add 100 as 200 via inet 10.0.0.2 proto static; ip -f mpls route add 101 dev lo",
    make = function(ns) assert(ns:route_flush { family = "mpls", proto = "static" } == 1) end,
    tool = "ip -f mpls route flush proto static",
    want = { { dst = "101" } },
    again = false,
  },
  {
    "get",
    before = before .. "ip -f mpls route add 100 as 200/300 via inet 10.0.0.2",
    make = function() end,
    tool = "true",
    json = "ip -json -f mpls route get 100 fibmatch",
    read = function(ns) return ns:route_get(100, { family = "mpls", fibmatch = true }) end,
    want = { { dst = "100", as = "200/300", via = "10.0.0.2" } },
    write = false,
    again = false,
  },
  {
    "many at once",
    make = function(ns)
      ns:routes_add { { dst = 100, family = "mpls", as = 5, via = "10.0.0.2" }, { dst = "101", family = "mpls", dev = "lo" } }
    end,
    tool = "ip -f mpls route add 100 as 5 via inet 10.0.0.2; ip -f mpls route add 101 dev lo",
    want = { { dst = "100" }, { dst = "101" } },
  },
  {
    "one there is",
    before = before .. "ip -f mpls route add 100 dev lo",
    make = function(ns) ns:route_add(100, { family = "mpls", dev = "lo" }) end,
    tool = "ip -f mpls route add 100 dev lo",
    fails = { code = "EEXIST", message = "100" },
  },
  {
    "beyond the platform's labels",
    make = function(ns) ns:route_add(1000, { family = "mpls", dev = "lo" }) end,
    tool = "ip -f mpls route add 1000 dev lo",
    fails = { code = "EINVAL" },
  },
  {
    "a label that is none",
    make = function(ns) ns:route_add("1048576", { family = "mpls", dev = "lo" }) end,
    tool = "ip -f mpls route add 1048576 dev lo",
    fails = { code = "EINVAL", message = "a label from 0 to 1048575" },
  },
  {
    "labels that are none",
    make = function(ns) ns:route_add(100, { family = "mpls", as = "5/x", via = "10.0.0.2" }) end,
    tool = "ip -f mpls route add 100 as 5/x via inet 10.0.0.2",
    fails = { code = "EINVAL", message = 'option "as" must be a label' },
  },
}
