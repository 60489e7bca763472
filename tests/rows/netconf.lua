-- Settings of links for each protocol: `ip netconf` beside `netconf_list` and `netconf_get`.

--- A row for one setting of v0, which is a sysctl.
local function setting(key, sysctl, value, want, family)
  family = family or "inet"
  return {
    ("%s of %s"):format(key, family),
    make = function(ns) ns:sysctl(sysctl, value) end,
    tool = ("sysctl -qw %s=%s"):format(sysctl, value),
    json = ("ip %s netconf show dev v0"):format(family == "inet" and "-4" or "-6"),
    read = function(ns)
      local one = ns:netconf_get("v0", { family = family })
      return { one, ns:netconf_list("v0", { family = family })[1] }
    end,
    want = { { family = family, dev = "v0", [key] = want } },
  }
end

return {
  pair = true,
  setting("forwarding", "net.ipv4.conf.v0.forwarding", 1, true),
  setting("rp_filter", "net.ipv4.conf.v0.rp_filter", 2, "loose"),
  setting("proxy_neigh", "net.ipv4.conf.v0.proxy_arp", 1, true),
  setting("ignore_routes_with_linkdown", "net.ipv4.conf.v0.ignore_routes_with_linkdown", 1, true),
  setting("bc_forwarding", "net.ipv4.conf.v0.bc_forwarding", 1, true),
  setting("mc_forwarding", "net.ipv4.conf.v0.log_martians", 1, false),
  setting("forwarding", "net.ipv6.conf.v0.forwarding", 1, true, "inet6"),
  setting("proxy_neigh", "net.ipv6.conf.v0.proxy_ndp", 1, true, "inet6"),
  {
    "all, of both families",
    make = function(ns) ns:sysctl("net.ipv4.conf.default.rp_filter", 1) end,
    tool = "sysctl -qw net.ipv4.conf.default.rp_filter=1",
    json = { "ip -4 netconf show", "ip -6 netconf show" },
    read = function(ns) return ns:netconf_list() end,
    want = {
      { family = "inet", dev = "all" },
      { family = "inet", dev = "default", rp_filter = "strict" },
      { family = "inet", dev = "v1" },
      { family = "inet6", dev = "lo" },
    },
  },
  {
    "of MPLS",
    needs = { "mpls_router" },
    make = function(ns) ns:sysctl("net.mpls.conf.v0.input", 1) end,
    tool = "sysctl -qw net.mpls.conf.v0.input=1",
    json = "ip -f mpls netconf show dev v0",
    read = function(ns) return ns:netconf_list("v0", { family = "mpls" }) end,
    want = { { family = "mpls", dev = "v0", input = true } },
  },
  {
    "a family there is not",
    make = function(ns) ns:netconf_list { family = "ipx" } end,
    fails = { code = "EINVAL", message = "ipx" },
  },
  {
    "of no link",
    make = function(ns) ns:netconf_get "v9" end,
    tool = "ip netconf show dev v9",
    fails = { code = "ENODEV", object = "v9" },
  },
}
