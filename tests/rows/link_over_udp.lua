-- Links that carry IP over UDP: `ip link … type gtp`, `bareudp`, `amt`, `pfcp` beside `link_add`.

local kind = require "kind"

local gtp, bareudp, amt, pfcp = kind.of("gtp", false), kind.of("bareudp", false), kind.of("amt", false), kind.of("pfcp", false)

--- What makes one, where the kernel can.
local has = {
  bareudp = "ip link add x0 type bareudp dstport 6635 ethertype ipv4",
  amt = "ip link add v0 type veth; ip link add x0 type amt mode relay local 10.0.0.1 dev v0",
}

return kind.file({ needs = { "gtp" } }, {
  gtp.made("role ggsn", { role = "ggsn" }, "role ggsn", { role = "ggsn", hsize = 1024 }),
  gtp.made("role sgsn", { role = "sgsn" }, "role sgsn"),
  gtp.made("hsize", { role = "sgsn", hsize = 4096 }, "role sgsn hsize 4096"),
  gtp.made("restart_count", { role = "sgsn", restart_count = 7 }, "role sgsn restart_count 7"),
  gtp.refused("with a bad role", { role = "both" }, "role both", { code = "EINVAL", message = "ggsn, sgsn" }),
}, kind.each({ lacks = has.bareudp }, {
  bareudp.refused("without its module", { dstport = 6635, ethertype = "ipv4" }, "dstport 6635 ethertype ipv4",
    { code = "EOPNOTSUPP", hint = "modprobe bareudp" }),
}), kind.each({ lacks = has.amt }, {
  amt.refused("without its module", { mode = "relay", ["local"] = "10.0.0.1", dev = "v0" },
    "mode relay local 10.0.0.1 dev v0", { code = "EOPNOTSUPP", hint = "modprobe amt" }),
}), kind.each({ lacks = "ip link add x0 type pfcp" }, {
  pfcp.refused("without its module", {}, "", { code = "EOPNOTSUPP", hint = "modprobe pfcp" }),
}), kind.each({ has = "ip link add x0 type pfcp" }, {
  pfcp.made("of its own", {}, "", { type = "pfcp" }),
}), kind.each({ has = has.bareudp }, {
  bareudp.made("of IPv4", { dstport = 6635, ethertype = "ip" }, "dstport 6635 ethertype ipv4"),
  bareudp.made("of MPLS", { dstport = 6635, ethertype = "mpls_uc", srcportmin = 1000 },
    "dstport 6635 ethertype mpls_uc srcportmin 1000"),
  bareudp.made("of several protocols", { dstport = 6635, ethertype = "ip", multiproto = true },
    "dstport 6635 ethertype ipv4 multiproto"),
}), kind.each({ has = has.amt }, {
  amt.made("gateway", { mode = "gateway", ["local"] = "10.0.0.1", discovery = "10.0.0.2", dev = "v0",
    gateway_port = 2268 }, "mode gateway local 10.0.0.1 discovery 10.0.0.2 dev v0 gateway_port 2268"),
  amt.made("relay", { mode = "relay", ["local"] = "10.0.0.1", dev = "v0", relay_port = 2268, max_tunnels = 5 },
    "mode relay local 10.0.0.1 dev v0 relay_port 2268 max_tunnels 5"),
}))
