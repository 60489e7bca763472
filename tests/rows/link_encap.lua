-- UDP around what tunnels send: the options `encap` and `encap_…` of every kind of tunnel that has them.

local kind = require "kind"

local ends4 = { "remote 10.0.0.2 local 10.0.0.1 ", { remote = "10.0.0.2", ["local"] = "10.0.0.1" } }
local ends6 = { "remote fd00::2 local fd00::1 ", { remote = "fd00::2", ["local"] = "fd00::1" } }

local function with_key(ends)
  local opts = { seq = true, key = 1 }
  for key, value in pairs(ends[2]) do opts[key] = value end
  return { ends[1] .. "seq key 1 ", opts }
end

local function rows_of(name, ether, ends)
  local of = kind.of(name, ether, ends[2], ends[1])
  local has = ("ip link add x0 type %s %s encap gue encap-dport 5"):format(name, ends[1])
  return kind.each({ has = has }, {
    of.made("encap fou", { encap = "fou", encap_dport = 5555 }, "encap fou encap-dport 5555"),
    of.made(
      "encap gue with all of its options",
      { encap = "gue", encap_sport = 7, encap_dport = 5, encap_csum = true, encap_csum6 = true, encap_remcsum = true },
      "encap gue encap-sport 7 encap-dport 5 encap-csum encap-udp6-csum encap-remcsum"
    ),
    of.made("encap from any port", { encap = "gue", encap_sport = "auto", encap_dport = 5 },
      "encap gue encap-sport auto encap-dport 5", { encap = "gue", encap_dport = 5 }),
    of.changed("encap", "", { encap = "gue", encap_dport = 6 }, "encap gue encap-dport 6"),
    of.changed("encap none", "encap gue encap-dport 6", { encap = "none" }, "noencap", { type = name }),
  })
end

return kind.file(
  { needs = { "fou", "fou6", "ip_gre", "ip6_gre", "ipip", "sit", "ip6_tunnel" } },
  rows_of("gre", false, ends4),
  rows_of("gretap", true, ends4),
  rows_of("erspan", true, with_key(ends4)),
  rows_of("ipip", false, ends4),
  rows_of("sit", false, ends4),
  rows_of("ip6gre", false, ends6),
  rows_of("ip6gretap", true, ends6),
  rows_of("ip6erspan", true, with_key(ends6)),
  rows_of("ip6tnl", false, ends6)
)
