-- What routes and nexthops wrap their packets in: `ip route … encap` beside `encap = {…}`. All in user-mode Linux: options of
-- some types crash newer kernels, so that nothing of it is tried on the host. That kernel lacks seg6, rpl, ioam6 and xfrm: how they
-- are sent is held in src/kernel/encap/tests.rs, and here that their want is told.

local encap = require "encap"

local wraps = encap.wraps

--- A row for a type that this kernel lacks.
local function lacks(opts, words, hint)
  return {
    lacks = encap.try(words),
    "no " .. opts.type .. " " .. (opts.action or opts.mode or ""),
    make = function(ns) ns:route_add("2001:db8:9::/48", { dev = "v0", encap = opts }) end,
    tool = ("ip route add 2001:db8:9::/48 encap %s dev v0"):format(words),
    fails = { code = "EOPNOTSUPP", message = ('does not support encap "%s"'):format(opts.type), hint = hint },
  }
end

local seg6 = "CONFIG_IPV6_SEG6_LWTUNNEL"

return encap.file({ needs = { "mpls_router", "mpls_iptunnel", "ip_tunnel" } }, {
  wraps(4, "mpls", { type = "mpls", labels = 100 }, "mpls 100", { type = "mpls", labels = "100" }),
  wraps(6, "mpls", { type = "mpls", labels = "100/200" }, "mpls 100/200"),
  wraps(4, "mpls with a ttl", { type = "mpls", labels = "100", ttl = 9 }, "mpls 100 ttl 9"),
  wraps(4, "ip", { type = "ip", id = 7, dst = "10.0.0.9" }, "ip id 7 dst 10.0.0.9"),
  wraps(4, "ip with all", {
    type = "ip", id = 7, dst = "10.0.0.9", src = "10.0.0.1", tos = 8, ttl = 4, key = true, csum = true, seq = true,
  }, "ip id 7 dst 10.0.0.9 src 10.0.0.1 tos 8 ttl 4 key csum seq"),
  wraps(6, "ip", { type = "ip", id = 1 << 40, dst = "10.0.0.9", key = true }, "ip id 1099511627776 dst 10.0.0.9 key"),
  wraps(6, "ip6", { type = "ip6", id = 7, dst = "2001:db8::9" }, "ip6 id 7 dst 2001:db8::9"),
  wraps(6, "ip6 with all", {
    type = "ip6", id = 7, dst = "2001:db8::9", src = "2001:db8::1", tc = 8, hoplimit = 4, key = true, csum = true, seq = true,
  }, "ip6 id 7 dst 2001:db8::9 src 2001:db8::1 tc 8 hoplimit 4 key csum seq"),
  wraps(4, "ip6", { type = "ip6", id = 7, dst = "2001:db8::9" }, "ip6 id 7 dst 2001:db8::9"),
  {
    "several ways",
    make = function(ns)
      ns:route_add("10.9.0.0/16", { nexthops = {
        { via = "10.0.0.2", dev = "v0", encap = { type = "mpls", labels = 100 } },
        { via = "10.0.1.2", dev = "v1", weight = 3, encap = { type = "mpls", labels = "200/300", ttl = 5 } },
      } })
    end,
    tool = "ip route add 10.9.0.0/16 nexthop encap mpls 100 via 10.0.0.2 dev v0 nexthop encap mpls 200/300 ttl 5 via 10.0.1.2 dev v1 weight 3",
    want = { { nexthops = { { encap = { labels = "100" } }, { encap = { labels = "200/300", ttl = 5 }, weight = 3 } } } },
  },
  {
    "several ways, IPv6",
    make = function(ns)
      ns:route_add("2001:db8:9::/48", { nexthops = {
        { via = "2001:db8::2", encap = { type = "mpls", labels = 100 } }, { via = "2001:db8:1::2" },
      } })
    end,
    tool = "ip route add 2001:db8:9::/48 nexthop encap mpls 100 via 2001:db8::2 nexthop via 2001:db8:1::2",
    want = { { nexthops = { { encap = { labels = "100" } }, { via = "2001:db8:1::2" } } } },
  },
  {
    "a nexthop",
    make = function(ns) ns:nexthop_add(7, { via = "10.0.0.2", dev = "v0", encap = { type = "mpls", labels = "100/200" } }) end,
    tool = "ip nexthop add id 7 encap mpls 100/200 via 10.0.0.2 dev v0",
    json = "ip nexthop",
    read = function(ns) return ns:nexthop_list() end,
    write = function(ns, records)
      for _, record in ipairs(records) do ns:nexthop_replace(record.id, record) end
    end,
    want = { { id = 7, encap = { type = "mpls", labels = "100/200" } } },
  },
  {
    "a nexthop, IPv6",
    make = function(ns) ns:nexthop_add(7, { via = "2001:db8::2", dev = "v0", encap = { type = "ip6", id = 5, dst = "2001:db8::9" } }) end,
    tool = "ip nexthop add id 7 encap ip6 id 5 dst 2001:db8::9 via 2001:db8::2 dev v0",
    json = "ip nexthop",
    read = function(ns) return ns:nexthop_list() end,
    write = function(ns, records)
      for _, record in ipairs(records) do ns:nexthop_replace(record.id, record) end
    end,
    want = { { id = 7, encap = { type = "ip6", id = 5, dst = "2001:db8::9" } } },
  },
  {
    "many at once",
    make = function(ns)
      ns:routes_add { { dst = "10.9.0.0/16", via = "10.0.0.2", encap = { type = "mpls", labels = 100 } }, { dst = "10.8.0.0/16", dev = "v0" } }
    end,
    tool = "ip route add 10.9.0.0/16 encap mpls 100 via 10.0.0.2; ip route add 10.8.0.0/16 dev v0",
    want = { { dst = "10.9.0.0/16", encap = { labels = "100" } }, { dst = "10.8.0.0/16" } },
  },
  lacks({ type = "seg6", mode = "encap", segs = { "2001:db8:f::1" } }, "seg6 mode encap segs 2001:db8:f::1", seg6),
  lacks({ type = "seg6local", action = "End" }, "seg6local action End", seg6),
  lacks({ type = "seg6local", action = "End.DX2", oif = "v0" }, "seg6local action End.DX2 oif v0", seg6),
  lacks({ type = "rpl", segs = { "2001:db8:f::1" } }, "rpl segs 2001:db8:f::1", "CONFIG_IPV6_RPL_LWTUNNEL"),
  lacks({ type = "ioam6", mode = "inline", trace = { type = 0x800000, ns = 1, size = 12 } },
    "ioam6 mode inline trace prealloc type 0x800000 ns 1 size 12", "CONFIG_IPV6_IOAM6_LWTUNNEL"),
  lacks({ type = "xfrm", if_id = 7, link_dev = "v0" }, "xfrm if_id 7 link_dev v0", "xfrm_interface"),
  {
    "a type there is not",
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "mlps" } }) end,
    tool = "ip route add 10.9.0.0/16 encap mlps 100 dev v0",
    fails = { code = "EINVAL", message = 'option "type" must be one of mpls', hint = 'did you mean "mpls"?' },
  },
  {
    "an option misspelt",
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "mpls", label = 100 } }) end,
    fails = { code = "EINVAL", message = 'encap "mpls" has no option "label"', hint = 'did you mean "labels"?' },
  },
  {
    "labels that are none",
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "mpls", labels = "x" } }) end,
    tool = "ip route add 10.9.0.0/16 encap mpls x dev v0",
    fails = { code = "EINVAL", message = 'option "labels" must be a label' },
  },
  {
    "no segments",
    make = function(ns) ns:route_add("2001:db8:9::/48", { dev = "v0", encap = { type = "seg6", segs = {} } }) end,
    fails = { code = "EINVAL", message = 'encap "seg6" needs segs' },
  },
  {
    "an encap that is no table",
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = "mpls" }) end,
    fails = { code = "EINVAL", message = 'option "encap" must be a table with a type' },
  },
})
