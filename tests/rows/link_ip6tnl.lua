-- Tunnels of IP in IPv6: `ip link … type ip6tnl` beside `link_add` and `link_set`.

local kind = require "kind"

local ip6tnl = kind.of("ip6tnl", false)
local remote = kind.of("ip6tnl", false, { remote = "fd00::2" }, "remote fd00::2 ")
local made, changed = remote.made, ip6tnl.changed
local ends = "remote fd00::2 local fd00::1 "

return kind.file({ needs = { "ip6_tunnel" } }, {
  made("remote", {}, "", { remote = "fd00::2", ["local"] = "any", mode = "any", hoplimit = 64, encaplimit = 4 }),
  made("local", { ["local"] = "fd00::1" }, "local fd00::1"),
  made("dev", { dev = "v0" }, "dev v0"),
  made("mode ip6ip6", { mode = "ip6ip6" }, "mode ip6ip6"),
  made("mode ipip6", { mode = "ipip6" }, "mode ipip6"),
  made("mode any", { mode = "any" }, "mode any"),
  made("mode in other words", { mode = "ipv4/ipv6" }, "mode ipv4/ipv6", { mode = "ipip6" }),
  made("hoplimit", { hoplimit = 9 }, "hoplimit 9"),
  made("ttl and tos, which are hoplimit and tclass", { ttl = 4, tos = 5 }, "ttl 4 tos 0x5", { hoplimit = 4, tclass = 5 }),
  made("encaplimit", { encaplimit = 7 }, "encaplimit 7"),
  made("encaplimit none", { encaplimit = "none" }, "encaplimit none"),
  made("tclass", { tclass = 0x12 }, "tclass 0x12"),
  made("tclass inherit", { tclass = "inherit" }, "tclass inherit"),
  made("flowlabel", { flowlabel = 0x12345 }, "flowlabel 0x12345"),
  made("flowlabel inherit", { flowlabel = "inherit" }, "flowlabel inherit"),
  made("dscp", { dscp = "inherit" }, "dscp inherit"),
  made("allow_localremote", { allow_localremote = true }, "allow-localremote"),
  made("fwmark", { fwmark = 0x123 }, "fwmark 0x123"),
  made("fwmark inherit", { fwmark = "inherit" }, "fwmark inherit"),
  ip6tnl.made("external", { external = true }, "external"),
  changed("hoplimit, and keep the rest", ends .. "mode ip6ip6 tclass 0x4 flowlabel 0x99 dev v0 encaplimit none",
    { hoplimit = 9 }, "hoplimit 9", {
      remote = "fd00::2", ["local"] = "fd00::1", mode = "ip6ip6", tclass = 4, flowlabel = 0x99, dev = "v0",
      encaplimit = "none",
    }),
  changed("remote", ends, { remote = "fd00::3" }, "remote fd00::3"),
  changed("mode", ends .. "mode ip6ip6", { mode = "ipip6" }, "mode ipip6"),
  changed("fwmark", ends .. "fwmark inherit", { fwmark = 5 }, "fwmark 5"),
  ip6tnl.refused("with a label that is too large", { flowlabel = 1 << 20 }, "flowlabel 0x100000",
    { code = "EINVAL", message = "inherit or a whole number up to 1048575" }),
})
