-- Tunnels of IP in IPv4: `ip link … type ipip` and `sit` beside `link_add` and `link_set`.

local kind = require "kind"

local ipip, sit = kind.of("ipip", false), kind.of("sit", false)
local sixrd = "ip link add x0 type sit 6rd-prefix 2001:db8::/32\nip -details link show x0 | grep -q 6rd"
local ends = "remote 10.0.0.2 local 10.0.0.1 "

--- What both kinds have.
local function rows_of(name)
  local of = kind.of(name, false)
  local made, changed = kind.of(name, false, { remote = "10.0.0.2" }, "remote 10.0.0.2 ").made, of.changed
  return {
    made("remote", {}, "", { remote = "10.0.0.2", ["local"] = "any", mode = "any", ttl = "inherit", pmtudisc = true }),
    made("local", { ["local"] = "10.0.0.1" }, "local 10.0.0.1"),
    made("dev", { dev = "v0" }, "dev v0"),
    made("ttl", { ttl = 64 }, "ttl 64"),
    made("tos", { tos = 16 }, "tos 0x10"),
    made("tos inherit", { tos = "inherit" }, "tos inherit"),
    made("no pmtudisc", { pmtudisc = false }, "nopmtudisc"),
    made("fwmark", { fwmark = 0x123 }, "fwmark 0x123"),
    made("mode ipip", { mode = "ipip" }, "mode ipip"),
    made("mode any", { mode = "any" }, "mode any"),
    changed("ttl, and keep the rest", ends .. "tos 4 dev v0 fwmark 3 mode ipip", { ttl = 9 },
      "ttl 9", {
        remote = "10.0.0.2", ["local"] = "10.0.0.1", tos = 4, dev = "v0", fwmark = 3, mode = "ipip",
      }),
    changed("remote", ends, { remote = "10.0.0.3" }, "remote 10.0.0.3"),
    changed("no pmtudisc", ends, { pmtudisc = false }, "nopmtudisc"),
    of.refused("with an IPv6 remote", { remote = "fd00::2" }, "remote fd00::2", { code = "EINVAL", message = "IPv4" }),
  }
end

return kind.file({ needs = { "ipip", "sit" } }, rows_of "ipip", rows_of "sit", {
  ipip.made("external", { external = true }, "external"),
  ipip.made("mode mplsip", { remote = "10.0.0.2", mode = "mplsip" }, "remote 10.0.0.2 mode mplsip"),
  sit.made("mode ip6ip", { remote = "10.0.0.2", mode = "ip6ip" }, "remote 10.0.0.2 mode ip6ip"),
  sit.made("isatap", { ["local"] = "10.0.0.1", isatap = true }, "local 10.0.0.1 isatap"),
  {
    "sit with 6rd where the kernel has none",
    lacks = sixrd,
    make = function(ns)
      ns:link_add("x0", { type = "sit", ["local"] = "10.0.0.1", ["6rd_prefix"] = "2001:db8::/32" })
    end,
    fails = { code = "EOPNOTSUPP", object = "x0", message = "6rd_prefix" },
  },
  {
    "sit that is external, of which `ip` says nothing and the kernel takes no notice",
    make = function(ns) ns:link_add("x0", { type = "sit", external = true, remote = "10.0.0.2" }) end,
    fails = { code = "EOPNOTSUPP", object = "x0", message = "external" },
  },
  ipip.refused("with a mode of sit's", { mode = "ip6ip" }, "mode ip6ip", { code = "EINVAL", message = "mplsip" }),
}, kind.each({ has = sixrd }, {
  sit.made("6rd_prefix", { ["local"] = "10.0.0.1", ["6rd_prefix"] = "2001:db8::/32" }, "local 10.0.0.1 6rd-prefix 2001:db8::/32"),
  sit.made("6rd_relay_prefix", { ["local"] = "10.0.0.1", ["6rd_prefix"] = "2001:db8::/32", ["6rd_relay_prefix"] = "10.0.0.0/8" },
    "local 10.0.0.1 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8"),
  sit.changed("6rd_prefix", ends, { ["6rd_prefix"] = "2001:db8::/31" }, "6rd-prefix 2001:db8::/31"),
  -- `ip` 6.1 falls over its own "6rd-reset", which is this.
  sit.changed("6rd_reset", ends .. "6rd-prefix 2001:db8::/32", { ["6rd_reset"] = true }, "6rd-prefix 2002::/16",
    { ["6rd_prefix"] = "2002::/16" }),
  sit.changed("ttl, and keep 6rd", ends .. "6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8", { ttl = 3 }, "ttl 3",
    { ["6rd_prefix"] = "2001:db8::/32", ["6rd_relay_prefix"] = "10.0.0.0/8" }),
}))
