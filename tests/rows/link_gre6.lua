-- GRE over IPv6: `ip link … type ip6gre`, `ip6gretap`, `ip6erspan` beside `link_add` and `link_set`.

local kind = require "kind"

local ip6gre, ip6gretap = kind.of("ip6gre", false), kind.of("ip6gretap", true)
local ip6erspan = kind.of("ip6erspan", true)
local remote = kind.of("ip6gre", false, { remote = "fd00::2" }, "remote fd00::2 ")
local made, changed = remote.made, ip6gre.changed
local ends = "remote fd00::2 local fd00::1 "

return kind.file({ needs = { "ip6_gre" } }, {
  made("remote", {}, "", { remote = "fd00::2", ["local"] = "any", hoplimit = 64, encaplimit = 4, tclass = 0, flowlabel = 0 }),
  ip6gre.made("key without remote", { key = 5 }, "key 5", { remote = "any", ikey = 5 }),
  made("local", { ["local"] = "fd00::1" }, "local fd00::1"),
  made("dev", { dev = "v0" }, "dev v0"),
  made("key", { key = 5 }, "key 5", { ikey = 5, okey = 5 }),
  made("two keys", { ikey = 7, okey = 8 }, "ikey 7 okey 8"),
  made("seq", { seq = true }, "seq", { iseq = true, oseq = true }),
  made("csum", { csum = true }, "csum", { icsum = true, ocsum = true }),
  made("hoplimit", { hoplimit = 9 }, "hoplimit 9"),
  made("hoplimit inherit", { hoplimit = "inherit" }, "hoplimit inherit"),
  made("ttl, which is hoplimit", { ttl = 9 }, "ttl 9", { hoplimit = 9 }),
  made("encaplimit", { encaplimit = 7 }, "encaplimit 7"),
  made("encaplimit none", { encaplimit = "none" }, "encaplimit none"),
  made("tclass", { tclass = 0x12 }, "tclass 0x12"),
  made("tclass inherit", { tclass = "inherit" }, "tclass inherit"),
  made("flowlabel", { flowlabel = 0x12345 }, "flowlabel 0x12345"),
  made("flowlabel inherit", { flowlabel = "inherit" }, "flowlabel inherit"),
  made("tclass and flowlabel", { tclass = 0xff, flowlabel = 1 }, "tclass 0xff flowlabel 0x1"),
  made("dscp", { dscp = "inherit" }, "dscp inherit"),
  made("allow_localremote", { allow_localremote = true }, "allow-localremote"),
  made("fwmark", { fwmark = 0x123 }, "fwmark 0x123"),
  made("fwmark inherit", { fwmark = "inherit" }, "fwmark inherit"),
  ip6gre.made("external", { external = true }, "external"),
  changed("hoplimit, and keep the rest", ends .. "ikey 1 okey 2 csum tclass 0x4 flowlabel 0x99 dev v0 encaplimit none",
    { hoplimit = 9 }, "hoplimit 9", {
      remote = "fd00::2", ["local"] = "fd00::1", ikey = 1, okey = 2, icsum = true, tclass = 4, flowlabel = 0x99,
      dev = "v0", encaplimit = "none",
    }),
  changed("remote", ends, { remote = "fd00::3" }, "remote fd00::3"),
  changed("tclass", ends .. "flowlabel 0x77", { tclass = 3 }, "tclass 0x3", { tclass = 3, flowlabel = 0x77 }),
  changed("tclass inherit", ends .. "tclass 0x8", { tclass = "inherit" }, "tclass inherit"),
  changed("tclass no more inherited", ends .. "tclass inherit", { tclass = 8 }, "tclass 0x8"),
  changed("encaplimit none", ends, { encaplimit = "none" }, "encaplimit none"),
  changed("encaplimit again", ends .. "encaplimit none", { encaplimit = 5 }, "encaplimit 5"),
  changed("no allow_localremote", ends .. "allow-localremote", { allow_localremote = false }, "noallow-localremote",
    { type = "ip6gre" }),
  changed("no okey", ends .. "key 4", { okey = false }, "nookey", { ikey = 4 }),
  ip6gretap.made("remote", { remote = "fd00::2" }, "remote fd00::2"),
  ip6gretap.made("with a key and tclass", { remote = "fd00::2", key = 9, tclass = 3 }, "remote fd00::2 key 9 tclass 0x3",
    { ikey = 9, okey = 9, tclass = 3 }),
  ip6gretap.made("external", { external = true }, "external"),
  ip6gretap.changed("hoplimit", ends .. "key 3", { hoplimit = 9 }, "hoplimit 9", { hoplimit = 9, ikey = 3 }),
  ip6erspan.made("of version 1", { remote = "fd00::2", ["local"] = "fd00::1", seq = true, key = 30, erspan_ver = 1,
    erspan = 123 }, ends .. "seq key 30 erspan_ver 1 erspan 123", { erspan_ver = 1, erspan = 123, ikey = 30 }),
  ip6erspan.made("of version 2", { remote = "fd00::2", ["local"] = "fd00::1", seq = true, key = 30, erspan_ver = 2,
    erspan_dir = "egress", erspan_hwid = 17 }, ends .. "seq key 30 erspan_ver 2 erspan_dir egress erspan_hwid 17",
    { erspan_ver = 2, erspan_dir = "egress", erspan_hwid = 17 }),
  ip6erspan.made("external", { external = true }, "external"),
  ip6gre.refused("with an IPv4 remote", { remote = "10.0.0.2" }, "remote 10.0.0.2", { code = "EINVAL", message = "IPv6" }),
  ip6gre.refused("with a tclass that is too large", { tclass = 256 }, "tclass 0x100",
    { code = "EINVAL", message = "inherit or a whole number up to 255" }),
}, kind.nowhere("neither kernel has CONFIG_NET_FOU_IP_TUNNELS", {
  made("encap", { encap = "fou", encap_dport = 5555 }, "encap fou encap-dport 5555"),
  made("encap without a checksum", { encap = "gue", encap_dport = 5, encap_csum6 = false },
    "encap gue encap-dport 5 noencap-udp6-csum", { encap = "gue", encap_dport = 5 }),
}))
