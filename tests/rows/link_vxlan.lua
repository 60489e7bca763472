-- VXLANs: `ip link … type vxlan` beside `link_add` and `link_set`, a row for each option.

local kind = require "kind"

local vxlan = kind.of("vxlan", true)
local id, words = { id = 5, dstport = 4789 }, "id 5 dstport 4789 "

--- A row for a VXLAN that has these options beside its id and its port.
local function made(name, opts, more, want)
  local all = {}
  for _, from in ipairs { id, opts } do
    for key, value in pairs(from) do all[key] = value end
  end
  return vxlan.made(name, all, words .. more, want or all)
end

local function since(version, row)
  row.since = version
  return row
end

local function changed(name, first, opts, more, want) return vxlan.changed(name, words .. first, opts, more, want) end

return kind.file({}, {
  made("no more than its id", {}, "", { type = "vxlan", id = 5, dstport = 4789, learning = true }),
  vxlan.made("the kernel's port", { id = 6 }, "id 6", { dstport = 8472 }),
  vxlan.made("up", { id = 5, dstport = 4789, up = true }, words .. "\nip link set x0 up"),
  made("remote", { remote = "10.0.0.2" }, "remote 10.0.0.2"),
  made("remote over IPv6", { remote = "fd00::2" }, "remote fd00::2"),
  made("group", { group = "239.1.1.1", dev = "v0" }, "group 239.1.1.1 dev v0"),
  made("group over IPv6", { group = "ff05::100", dev = "v0" }, "group ff05::100 dev v0"),
  vxlan.made("local_", { id = 5, dstport = 4789, local_ = "10.0.0.1" }, words .. "local 10.0.0.1", { ["local"] = "10.0.0.1" }),
  made("local", { ["local"] = "10.0.0.1" }, "local 10.0.0.1"),
  made("local over IPv6", { ["local"] = "fd00::1" }, "local fd00::1"),
  made("dev", { dev = "v0" }, "dev v0"),
  made("ttl", { ttl = 12 }, "ttl 12"),
  made("ttl auto", { ttl = "auto" }, "ttl auto"),
  made("ttl inherit", { ttl = "inherit" }, "ttl inherit"),
  made("tos", { tos = 16 }, "tos 0x10"),
  made("tos inherit", { tos = "inherit" }, "tos inherit"),
  made("tos by its name", { tos = "AF11" }, "tos AF11", { tos = 0x28 }),
  made("df set", { df = "set" }, "df set"),
  made("df inherit", { df = "inherit" }, "df inherit"),
  made("df unset", { df = "unset" }, "df unset"),
  made("flowlabel", { flowlabel = 0x12345, remote = "fd00::2" }, "flowlabel 0x12345 remote fd00::2"),
  made("no learning", { learning = false }, "nolearning"),
  made("ageing", { ageing = 77 }, "ageing 77"),
  made("ageing as text", { ageing = "120s" }, "ageing 120", { ageing = 120 }),
  made("ageing none, which is none told", { ageing = "none" }, "ageing none", { ageing = 300 }),
  made("maxaddress", { maxaddress = 99 }, "maxaddress 99"),
  made("maxaddress unlimited", { maxaddress = "unlimited" }, "maxaddress unlimited"),
  made("srcport", { srcport = { 40000, 50000 } }, "srcport 40000 50000"),
  made("proxy", { proxy = true }, "proxy"),
  made("rsc", { rsc = true }, "rsc"),
  made("l2miss", { l2miss = true }, "l2miss"),
  made("l3miss", { l3miss = true }, "l3miss"),
  made("no udpcsum", { udpcsum = false }, "noudpcsum"),
  made("udp6zerocsumtx", { udp6zerocsumtx = true }, "udp6zerocsumtx"),
  made("udp6zerocsumrx", { udp6zerocsumrx = true }, "udp6zerocsumrx"),
  made("remcsumtx", { remcsumtx = true }, "remcsumtx"),
  made("remcsumrx", { remcsumrx = true }, "remcsumrx"),
  made("gbp", { gbp = true }, "gbp"),
  since("6.5", made("localbypass, which is on unless told", { localbypass = true }, "")),
  since("6.14", made("reserved_bits, as they are unless told", { reserved_bits = 0xf7ffffff000000ff }, "")),
  made("mcroute, which nobody can read", { mcroute = true }, "", { id = 5 }),
  vxlan.made("external", { external = true, dstport = 4789 }, "external dstport 4789", { external = true, learning = false }),
  vxlan.made("external that learns", { external = true, dstport = 4789, learning = true }, "external dstport 4789 learning"),
  vxlan.made("external gpe", { external = true, gpe = true }, "external gpe", { gpe = true, dstport = 4790 }),
  vxlan.made("vnifilter", { external = true, dstport = 4789, vnifilter = true }, "external dstport 4789 vnifilter"),
  made(
    "many at once",
    { remote = "10.0.0.2", ["local"] = "10.0.0.1", dev = "v0", ttl = 5, tos = 4, learning = false, proxy = true },
    "remote 10.0.0.2 local 10.0.0.1 dev v0 ttl 5 tos 4 nolearning proxy"
  ),
  changed("remote", "remote 10.0.0.2", { remote = "10.0.0.3" }, "remote 10.0.0.3"),
  changed("remote, and keep the rest", "dev v0 ttl 9 remote 10.0.0.2 nolearning ageing 30", { remote = "10.0.0.3" },
    "remote 10.0.0.3", { remote = "10.0.0.3", dev = "v0", ttl = 9, learning = false, ageing = 30 }),
  changed("remote over IPv6", "remote fd00::2", { remote = "fd00::3" }, "remote fd00::3"),
  changed("local", "local 10.0.0.1 remote 10.0.0.2", { ["local"] = "10.0.0.9" }, "local 10.0.0.9"),
  changed("dev", "remote 10.0.0.2 dev v0", { dev = "v1" }, "dev v1"),
  changed("ttl", "ttl 5", { ttl = 6 }, "ttl 6"),
  changed("tos", "tos 4", { tos = 8 }, "tos 8"),
  changed("ageing", "ageing 5", { ageing = 6 }, "ageing 6"),
  changed("no learning", "", { learning = false }, "nolearning"),
  changed("learning", "nolearning", { learning = true }, "learning"),
  changed("df", "", { df = "set" }, "df set"),
  {
    "vxlan with an id that is another's",
    before = "ip link add y0 type vxlan id 5 dstport 4789",
    make = function(ns) ns:link_add("x0", { type = "vxlan", id = 5, dstport = 4789 }) end,
    tool = "ip link add x0 type vxlan id 5 dstport 4789",
    fails = { code = "EEXIST", object = "x0", kernel = "VNI" },
  },
  {
    "vxlan whose id is to change",
    before = "ip link add x0 type vxlan id 5 dstport 4789",
    make = function(ns) ns:link_set("x0", { id = 6 }) end,
    tool = "ip link set x0 type vxlan id 6",
    fails = { code = "EOPNOTSUPP", object = "x0", kernel = "VNI" },
  },
  {
    "vxlan whose change is half refused has all as it was",
    make = function(ns)
      ns:link_add("x0", { type = "vxlan", mac = "02:00:00:00:00:01", id = 5, dstport = 4789, remote = "10.0.0.2", ttl = 3 })
      if pcall(ns.link_set, ns, "x0", { ttl = 9, remote = "10.0.0.3", mtu = 1 }) then error "an mtu of 1" end
    end,
    tool = "ip link add x0 address 02:00:00:00:00:01 type vxlan id 5 dstport 4789 remote 10.0.0.2 ttl 3",
    want = { ttl = 3, remote = "10.0.0.2" },
    again = false,
  },
  {
    "vxlan set proxy",
    before = "ip link add x0 type vxlan id 5 dstport 4789",
    make = function(ns) ns:link_set("x0", { proxy = true }) end,
    tool = "ip link set x0 type vxlan proxy",
    fails = { code = "EOPNOTSUPP", object = "x0", kernel = "PROXY" },
  },
  vxlan.refused("without an id", { remote = "10.0.0.2" }, "remote 10.0.0.2",
    { code = "EINVAL", message = 'option "id" is needed' }),
  vxlan.refused("with an id that is too large", { id = 1 << 24 }, "id 16777216", { code = "ERANGE" }),
  vxlan.refused("with a remote that is a group", { id = 5, remote = "239.1.1.1" }, "id 5 remote 239.1.1.1", {
    code = "EINVAL",
    message = "no group",
  }),
})
