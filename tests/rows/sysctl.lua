-- Settings of the kernel: `sysctl` beside `netns.sysctl`.

local links = [[
  ip link add eth0 type bridge
  ip link add eth0.100 type bridge
]]

--- A row for settings: what nsl is told, what `sysctl` is, which lines of `sysctl -a` tell of it, and which keys.
local function row(name, make, tool, pattern, keys, want, before)
  return {
    name,
    before = before or links,
    make = make,
    tool = tool,
    json = ("sysctl -ar '%s' 2>/dev/null"):format(pattern),
    read = function(ns)
      local all = {}
      for key in keys:gmatch "%S+" do
        local found = ns:sysctl(key)
        for name, value in pairs(type(found) == "table" and found or { [key] = found }) do all[name] = value end
      end
      return all
    end,
    want = want,
    write = function(ns, found) ns:sysctl(found) end,
    again = true,
  }
end

local forward = "^net.ipv4.(ip_forward|conf.*.forwarding)$"
local rows = {
  row(
    "one",
    function(ns) ns:sysctl("net.ipv4.ip_forward", 1) end,
    "sysctl -qw net.ipv4.ip_forward=1",
    forward,
    "net.ipv4.ip_forward",
    { ["net.ipv4.ip_forward"] = 1 }
  ),
  row(
    "of several numbers",
    function(ns) ns:sysctl("net.ipv4.ip_local_port_range", "20000 30000") end,
    "sysctl -qw 'net.ipv4.ip_local_port_range=20000 30000'",
    "ip_local_port_range",
    "net.ipv4.ip_local_port_range",
    { ["net.ipv4.ip_local_port_range"] = "20000\t30000" }
  ),
  row(
    "a text",
    function(ns) ns:sysctl("net.ipv4.tcp_congestion_control", "reno") end,
    "sysctl -qw net.ipv4.tcp_congestion_control=reno",
    "tcp_congestion_control",
    "net.ipv4.tcp_congestion_control",
    { ["net.ipv4.tcp_congestion_control"] = "reno" }
  ),
  row(
    "a table",
    function(ns) ns:sysctl { ["net.ipv4.conf.eth0.rp_filter"] = 2, ["net.ipv4.ip_default_ttl"] = 99, ["net.ipv4.ip_forward"] = true } end,
    "sysctl -qw net.ipv4.conf.eth0.rp_filter=2 net.ipv4.ip_default_ttl=99 net.ipv4.ip_forward=1",
    "rp_filter|default_ttl|ip_forward$",
    "net.ipv4.ip_* net.ipv4.conf.*.rp_filter",
    { ["net.ipv4.conf.eth0.rp_filter"] = 2, ["net.ipv4.ip_default_ttl"] = 99, ["net.ipv4.ip_forward"] = 1 }
  ),
  row(
    "a pattern",
    function(ns) ns:sysctl("net.ipv4.conf.*.forwarding", 1) end,
    "for conf in all default eth0 eth0/100 lo; do sysctl -qw net.ipv4.conf.$conf.forwarding=1; done",
    forward,
    "net.ipv4.conf.*.forwarding",
    { ["net.ipv4.conf.eth0.forwarding"] = 1, ["net.ipv4.conf.eth0/100.forwarding"] = 1, ["net.ipv4.conf.lo.forwarding"] = 1 }
  ),
  row(
    "a pattern of names with dots",
    function(ns) ns:sysctl("net.ipv4.conf.eth0.*.rp_filter", 1) end,
    "sysctl -qw net.ipv4.conf.eth0/100.rp_filter=1",
    "rp_filter",
    "net.ipv4.conf.*.rp_filter",
    { ["net.ipv4.conf.eth0.rp_filter"] = 0, ["net.ipv4.conf.eth0/100.rp_filter"] = 1 },
    links .. "sysctl -qw net.ipv4.conf.eth0.rp_filter=0"
  ),
  row(
    "a name with a dot",
    function(ns) ns:sysctl("net.ipv4.conf.eth0.100.rp_filter", 2) end,
    "sysctl -qw net.ipv4.conf.eth0/100.rp_filter=2",
    "rp_filter",
    "net.ipv4.conf.eth0.100.rp_filter",
    { ["net.ipv4.conf.eth0.100.rp_filter"] = 2 }
  ),
  row(
    "a name with a dot as a slash",
    function(ns) ns:sysctl("net.ipv4.conf.eth0/100.rp_filter", 2) end,
    "sysctl -qw net.ipv4.conf.eth0/100.rp_filter=2",
    "rp_filter",
    "net.ipv4.conf.eth0/100.rp_filter",
    { ["net.ipv4.conf.eth0/100.rp_filter"] = 2 }
  ),
  row(
    "slashes",
    function(ns) ns:sysctl("net/ipv4/conf/eth0.100/rp_filter", 2) end,
    "sysctl -qw net/ipv4/conf/eth0.100/rp_filter=2",
    "rp_filter",
    "net/ipv4/conf/eth0.100/rp_filter",
    { ["net/ipv4/conf/eth0.100/rp_filter"] = 2 }
  ),
  row(
    "a group",
    function(ns) ns:sysctl("net.ipv4.conf.eth0.100.send_redirects", 0) end,
    "sysctl -qw net.ipv4.conf.eth0/100.send_redirects=0",
    "^net.ipv4.conf.eth0",
    "net.ipv4.conf.eth0.100",
    { ["net.ipv4.conf.eth0/100.send_redirects"] = 0 }
  ),
  row(
    "of IPv6",
    function(ns) ns:sysctl { ["net.ipv6.conf.*.accept_ra"] = 0, ["net.ipv6.conf.lo.accept_ra"] = 2 } end,
    "for conf in all default eth0 eth0/100; do sysctl -qw net.ipv6.conf.$conf.accept_ra=0; done; sysctl -qw net.ipv6.conf.lo.accept_ra=2",
    "accept_ra$",
    "net.ipv6.conf.*.accept_ra",
    { ["net.ipv6.conf.lo.accept_ra"] = 2, ["net.ipv6.conf.eth0.accept_ra"] = 0 }
  ),
  row(
    "of neighbours",
    function(ns) ns:sysctl("net.ipv4.neigh.eth0.100.base_reachable_time_ms", 12000) end,
    "sysctl -qw net.ipv4.neigh.eth0/100.base_reachable_time_ms=12000",
    "base_reachable_time_ms",
    "net.ipv4.neigh.*.base_reachable_time_ms",
    { ["net.ipv4.neigh.eth0/100.base_reachable_time_ms"] = 12000 }
  ),
}

--- A refusal, which `sysctl` has too.
local function fails(name, key, value, tool, wrong)
  rows[#rows + 1] = {
    name,
    before = links,
    make = function(ns) ns:sysctl(key, value) end,
    tool = tool,
    fails = wrong,
  }
end

fails("no such one", "net.ipv4.ip_forwrd", 1, "sysctl -qw net.ipv4.ip_forwrd=1", {
  code = "ENOENT",
  object = "anonymous",
  message = 'no sysctl "net.ipv4.ip_forwrd" in "anonymous"',
  hint = 'did you mean "net.ipv4.ip_forward"?',
})
fails("no such link", "net.ipv4.conf.eth1.rp_filter", 1, "sysctl -qw net.ipv4.conf.eth1.rp_filter=1", {
  code = "ENOENT",
  hint = 'did you mean "net.ipv4.conf.eth0.rp_filter"?',
})
fails("no value of it", "net.ipv4.ip_forward", "maybe", "sysctl -qw net.ipv4.ip_forward=maybe", {
  code = "EINVAL",
  message = 'sysctl "net.ipv4.ip_forward" in "anonymous" cannot be set to "maybe": invalid argument',
})
fails("out of range", "net.ipv4.ip_default_ttl", 256, "sysctl -qw net.ipv4.ip_default_ttl=256", {
  code = "EINVAL",
  message = 'sysctl "net.ipv4.ip_default_ttl" in "anonymous" cannot be set to "256": invalid argument',
})
fails("only to be read", "net.ipv4.tcp_available_congestion_control", "reno", nil, {
  code = "EACCES",
  message = 'sysctl "net.ipv4.tcp_available_congestion_control" in "anonymous" can only be read',
})
fails("a group has no value", "net.ipv4.conf", 1, nil, { code = "EISDIR", message = '"net.ipv4.conf" is a group of sysctls' })
fails("a pattern of nothing", "net.ipv4.conf.*.nothing", 1, nil, { code = "ENOENT", message = 'no sysctl "net.ipv4.conf.*.nothing"' })

return rows
