-- GENEVE: `ip link … type geneve` beside `link_add` and `link_set`.

local kind = require "kind"

local geneve = kind.of("geneve", true)

--- A row for a tunnel that has these options beside its id and the other end.
local function made(name, opts, more)
  local all = { id = 5, remote = "10.0.0.2" }
  for key, value in pairs(opts) do all[key] = value end
  return geneve.made(name, all, "id 5 remote 10.0.0.2 " .. more, all)
end

local function changed(name, first, opts, more, want)
  return geneve.changed(name, "id 5 remote 10.0.0.2 " .. first, opts, "id 5 " .. more, want)
end

return kind.file({ needs = { "geneve" } }, {
  made("remote", { dstport = 6081, ttl = "auto" }, ""),
  geneve.made("remote over IPv6", { id = 6, remote = "fd00::2" }, "id 6 remote fd00::2"),
  made("ttl", { ttl = 12 }, "ttl 12"),
  made("ttl auto", { ttl = "auto" }, "ttl auto"),
  made("ttl inherit", { ttl = "inherit" }, "ttl inherit"),
  made("tos", { tos = 16 }, "tos 0x10"),
  made("tos inherit", { tos = "inherit" }, "tos inherit"),
  made("df set", { df = "set" }, "df set"),
  made("df inherit", { df = "inherit" }, "df inherit"),
  geneve.made("flowlabel", { id = 5, remote = "fd00::2", flowlabel = 0x12345 },
    "id 5 remote fd00::2 flowlabel 0x12345"),
  made("dstport", { dstport = 7777 }, "dstport 7777"),
  made("udpcsum", { udpcsum = true }, "udpcsum"),
  made("no udpcsum", { udpcsum = false }, "noudpcsum"),
  geneve.made("udp6zerocsumtx", { id = 5, remote = "fd00::2", udp6zerocsumtx = true },
    "id 5 remote fd00::2 udp6zerocsumtx"),
  geneve.made("udp6zerocsumrx", { id = 5, remote = "fd00::2", udp6zerocsumrx = true },
    "id 5 remote fd00::2 udp6zerocsumrx"),
  geneve.made("external", { external = true }, "external"),
  geneve.made("external on a port", { external = true, dstport = 7777 }, "external dstport 7777"),
  geneve.made("innerprotoinherit", { external = true, innerprotoinherit = true }, "external innerprotoinherit"),
  changed("remote", "ttl 4 tos 8", { remote = "10.0.0.3" }, "remote 10.0.0.3", { remote = "10.0.0.3", ttl = 4, tos = 8 }),
  changed("ttl", "ttl 4 tos 8", { ttl = 5 }, "ttl 5", { ttl = 5, tos = 8, remote = "10.0.0.2" }),
  changed("tos", "ttl 4", { tos = 4 }, "tos 4", { tos = 4, ttl = 4 }),
  changed("df", "", { df = "set" }, "df set"),
  {
    "geneve whose port is to change",
    before = "ip link add x0 type geneve id 5 remote 10.0.0.2",
    make = function(ns) ns:link_set("x0", { dstport = 7 }) end,
    tool = "ip link set x0 type geneve id 5 dstport 7",
    fails = { code = "EOPNOTSUPP", object = "x0", kernel = "Port" },
  },
  {
    "geneve with a local address where the kernel knows none",
    make = function(ns) ns:link_add("x0", { type = "geneve", id = 5, remote = "10.0.0.2", ["local"] = "10.0.0.1" }) end,
    fails = { code = "EOPNOTSUPP", object = "x0", message = "local" },
  },
  geneve.refused("without an id", { remote = "10.0.0.2" }, "remote 10.0.0.2",
    { code = "EINVAL", message = 'option "id" is needed' }),
  geneve.refused("external with an id", { external = true, id = 5, remote = "10.0.0.2" },
    "external id 5 remote 10.0.0.2", { code = "EINVAL" }),
  geneve.refused("with a remote that is a group", { id = 5, remote = "239.1.1.1" }, "id 5 remote 239.1.1.1",
    { code = "EINVAL", message = "no group" }),
}, kind.each({ since = "7.2" }, { -- iproute2 7.2 has it too
  made("local", { ["local"] = "10.0.0.1" }, "local 10.0.0.1"),
}))
