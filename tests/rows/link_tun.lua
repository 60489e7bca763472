-- Links whose other end is a program: `ip tuntap` beside `link_add`.

local links = require "links"

local mac = "02:00:00:00:00:07"

--- A tun or a tap with options.
local function device(name, opts, words, want)
  local tap = opts.type == "tap" or opts.mode == "tap"
  if tap then opts.mac = mac end
  return {
    name,
    make = function(ns) ns:link_add("t0", opts) end,
    tool = ("ip tuntap add name t0 mode %s %s%s"):format(tap and "tap" or "tun", words, tap and "; ip link set t0 address " .. mac or ""),
    want = { want },
    again = true,
  }
end

return {
  json = { links.json, "ip -json -details tuntap show" },
  read = links.read,
  write = links.write,
  device("a tun", { type = "tun" }, "", { name = "t0", type = "tun", mode = "tun", pi = false, persist = true }),
  device("a tap", { type = "tap" }, "", { name = "t0", type = "tap", mode = "tap", address = mac }),
  device("a tap by its mode", { type = "tun", mode = "tap" }, "", { name = "t0", type = "tap", mode = "tap" }),
  device("user", { type = "tap", user = "daemon" }, "user daemon", { name = "t0", user = 1 }),
  device("user by number", { type = "tun", user = 7 }, "user 7", { name = "t0", user = 7 }),
  device("group", { type = "tun", group = 8 }, "group 8", { name = "t0", group = 8, link_group = "default" }),
  device("pi", { type = "tun", pi = true }, "pi", { name = "t0", pi = true }),
  device("vnet_hdr", { type = "tap", vnet_hdr = true }, "vnet_hdr", { name = "t0", vnet_hdr = true }),
  device("multi_queue", { type = "tap", multi_queue = true }, "multi_queue", { name = "t0", multi_queue = true }),
  {
    "with what every link has",
    make = function(ns)
      ns:link_add("t0", { type = "tun", mtu = 1400, up = true, alias = "one", link_group = 3, group = 9, ip = "10.0.0.1/24" })
    end,
    tool = [[ip tuntap add name t0 mode tun group 9; ip link set t0 mtu 1400 group 3 alias one up
             ip addr add 10.0.0.1/24 dev t0]],
    want = { { name = "t0", mtu = 1400, up = true, alias = "one", link_group = "3", group = 9 } },
  },
  {
    "a name that is taken",
    before = "ip tuntap add name t0 mode tun",
    make = function(ns) ns:link_add("t0", { type = "tun" }) end,
    tool = "ip tuntap add name t0 mode tap",
    fails = { code = "EEXIST", object = "t0" },
  },
  {
    "a user there is not",
    make = function(ns) ns:link_add("t0", { type = "tun", user = "nobody-like-that" }) end,
    tool = "ip tuntap add name t0 mode tun user nobody-like-that",
    fails = { code = "EINVAL", message = "user" },
  },
  {
    "a change, which it refuses",
    before = "ip tuntap add name t0 mode tun",
    make = function(ns) ns:link_set("t0", { vnet_hdr = true }) end,
    fails = { code = "EOPNOTSUPP", object = "t0" },
  },
}
