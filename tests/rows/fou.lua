-- Ports of UDP whose packets hold others: `ip fou` beside `fou_*`.

local rows = require "rows"

local function port(name, opts, words, want)
  return {
    name,
    make = function(ns) ns:fou_add(opts) end,
    tool = words:find "%-6" and "ip -6 fou add " .. words:gsub(" %-6", "") or "ip fou add " .. words,
    want = { want or opts },
    again = true,
  }
end

return {
  needs = { "fou", "fou6" },
  pair = true,
  before = "ip addr add 10.0.0.1/24 dev v0; ip addr add fd00::1/64 dev v0 nodad; ip link set v0 up",
  json = "ip -json fou show",
  read = function(ns) return ns:fou_list() end,
  write = rows.rewrites "fou",
  port("of a protocol", { port = 5555, ipproto = "gre" }, "port 5555 ipproto 47",
    { port = 5555, ipproto = "gre", family = "inet" }),
  port("of GUE", { port = 5555, gue = true }, "port 5555 gue"),
  port("of IPv6", { port = 5555, gue = true, family = "inet6" }, "port 5555 gue -6"),
  port("with addresses", { port = 5555, gue = true, ["local"] = "10.0.0.1", peer = "10.0.0.2", peer_port = 6666 },
    "port 5555 gue local 10.0.0.1 peer 10.0.0.2 peer_port 6666"),
  port("with addresses of IPv6", { port = 5555, gue = true, ["local"] = "fd00::1", peer = "fd00::2", peer_port = 6666 },
    "port 5555 gue -6 local fd00::1 peer fd00::2 peer_port 6666"),
  port("of a link", { port = 5555, ipproto = "ipencap", ["local"] = "10.0.0.1", dev = "v0" },
    "port 5555 ipproto 4 local 10.0.0.1 dev v0"),
  {
    "deleted",
    make = function(ns)
      ns:fou_add { port = 5555, gue = true }
      ns:fou_add { port = 5556, ipproto = 4 }
      ns:fou_delete { port = 5556 }
      assert(#ns:fou_list { port = 5555 } == 1 and #ns:fou_list { port = 5556 } == 0)
    end,
    tool = "ip fou add port 5555 gue",
    want = { { port = 5555, gue = true } },
  },
  {
    "one there is",
    before = "ip fou add port 5555 gue",
    make = function(ns) ns:fou_add { port = 5555, gue = true } end,
    tool = "ip fou add port 5555 gue",
    fails = { code = "EADDRINUSE", message = "port 5555 for foo over UDP", hint = "fou_delete" },
  },
  {
    "one there is not",
    make = function(ns) ns:fou_delete { port = 5555 } end,
    tool = "ip fou del port 5555",
    fails = { code = "EINVAL", message = "there is no port 5555 for foo over UDP" },
  },
  {
    "of no port",
    make = function(ns) ns:fou_add { gue = true } end,
    tool = "ip fou add gue",
    fails = { code = "EINVAL", message = 'option "port" is needed' },
  },
  {
    "of no protocol",
    make = function(ns) ns:fou_add { port = 5555 } end,
    tool = "ip fou add port 5555",
    fails = { code = "EINVAL", message = 'option "ipproto" is needed' },
  },
  {
    "of two protocols",
    make = function(ns) ns:fou_add { port = 5555, gue = true, ipproto = "gre" } end,
    tool = "ip fou add port 5555 gue ipproto gre",
    fails = { code = "EINVAL", message = 'option "ipproto" must be left out beside gue' },
  },
  {
    "from no port of the peer",
    make = function(ns) ns:fou_add { port = 5555, gue = true, peer = "10.0.0.2" } end,
    fails = { code = "EINVAL", message = 'option "peer_port" is needed' },
  },
  {
    "without its module",
    needs = {},
    lacks = "ip fou show",
    make = function(ns) ns:fou_add { port = 5555, gue = true } end,
    tool = "ip fou add port 5555 gue",
    fails = { code = "EOPNOTSUPP", message = "this kernel has no foo over UDP", hint = "modprobe fou" },
  },
}
