-- Tokens of links: `ip token` beside `token_*`.

local before = "ip link set v0 up; ip link set v1 up"

return {
  pair = true,
  before = before,
  json = "ip -json token list",
  read = function(ns) return ns:token_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:token_set(record.dev, record.token) end
  end,
  {
    "set",
    make = function(ns) ns:token_set("v0", "::1:2") end,
    tool = "ip token set ::1:2 dev v0",
    want = { { dev = "v0", token = "::1:2" }, { dev = "v1", token = "::" } },
    again = true,
  },
  {
    "set twice",
    make = function(ns)
      ns:token_set("v0", "::1")
      ns:token_set("v0", "::aaaa:0:0:2")
    end,
    tool = "ip token set ::1 dev v0; ip token set ::aaaa:0:0:2 dev v0",
    want = { { dev = "v0", token = "::aaaa:0:0:2" } },
    again = true,
  },
  {
    "deleted",
    make = function(ns)
      ns:token_set("v0", "::1:2")
      ns:token_set("v1", "::1:3")
      ns:token_delete "v0"
    end,
    tool = "ip token set ::1:2 dev v0; ip token set ::1:3 dev v1; ip token del dev v0",
    want = { { dev = "v0", token = "::" }, { dev = "v1", token = "::1:3" } },
    again = true,
  },
  {
    "of one link",
    before = before .. "; ip token set ::1:2 dev v0",
    tool = "true",
    json = "ip -json token get dev v0",
    read = function(ns) return { ns:token_get "v0" } end,
    want = { { dev = "v0", token = "::1:2" } },
  },
  {
    "of a loopback link",
    make = function(ns) ns:token_set("lo", "::1:2") end,
    tool = "ip token set ::1:2 dev lo",
    fails = { code = "EINVAL", object = "lo", message = "does not take the token" },
  },
  {
    "without announcements",
    before = before .. "; sysctl -qw net.ipv6.conf.v0.accept_ra=0",
    make = function(ns) ns:token_set("v0", "::1:2") end,
    tool = "ip token set ::1:2 dev v0",
    fails = { code = "EINVAL", object = "v0", hint = "net.ipv6.conf.v0.accept_ra" },
  },
  {
    "with a first half",
    before = before,
    make = function(ns) ns:token_set("v0", "2001:db8::1:2") end,
    fails = { code = "EINVAL", object = "v0", message = 'does not take the token "2001:db8::1:2"', hint = "first half is zero" },
  },
  {
    "of IPv4",
    make = function(ns) ns:token_set("v0", "10.0.0.1") end,
    fails = { code = "EINVAL", message = '"10.0.0.1" is no IPv6 address' },
  },
  {
    "asked of a loopback link",
    make = function(ns) ns:token_get "lo" end,
    fails = { code = "EOPNOTSUPP", object = "lo", message = "can have no token" },
  },
  {
    "no link for it",
    make = function(ns) ns:token_set("v9", "::1") end,
    tool = "ip token set ::1 dev v9",
    fails = { code = "ENODEV", object = "v9" },
  },
}
