-- Links for IPsec: `ip link … type vti`, `vti6` and `xfrm` beside `link_add` and `link_set`.

local kind = require "kind"

local vti, vti6, xfrm = kind.of("vti", false), kind.of("vti6", false), kind.of("xfrm", false)

--- What both kinds of vti have; `one`, `two`, `three`: addresses of theirs.
local function rows_of(of, one, two, three)
  local ends = ("remote %s local %s "):format(two, one)
  return {
    of.made("remote", { remote = two }, "remote " .. two),
    of.made("local", { ["local"] = one, key = 1 }, ("local %s key 1"):format(one), { ["local"] = one, ikey = 1 }),
    of.made("dev", { remote = two, dev = "v0" }, ("remote %s dev v0"):format(two)),
    of.made("key", { remote = two, key = 5 }, ("remote %s key 5"):format(two), { ikey = 5, okey = 5 }),
    of.made("two keys", { remote = two, ikey = 7, okey = 8 }, ("remote %s ikey 7 okey 8"):format(two)),
    of.made("fwmark", { remote = two, fwmark = 0x123 }, ("remote %s fwmark 0x123"):format(two)),
    of.changed("remote, and keep the rest", ends .. "ikey 3 okey 4 fwmark 5", { remote = three }, "remote " .. three,
      { remote = three, ["local"] = one, ikey = 3, okey = 4, fwmark = 5 }),
    of.changed("ikey", ends .. "key 4", { ikey = 5 }, "ikey 5", { ikey = 5, okey = 4 }),
    of.changed("fwmark", ends, { fwmark = 9 }, "fwmark 9"),
  }
end

return kind.file(
  { needs = { "ip_vti", "ip6_vti" } },
  rows_of(vti, "10.0.0.1", "10.0.0.2", "10.0.0.3"),
  rows_of(vti6, "fd00::1", "fd00::2", "fd00::3"),
  kind.each({ lacks = "ip link add x0 type xfrm if_id 5" }, {
    xfrm.refused("without its module", { dev = "v0", if_id = 5 }, "dev v0 if_id 5",
      { code = "EOPNOTSUPP", message = "xfrm", hint = "xfrm_interface" }),
  }),
  kind.each({ has = "ip link add x0 type xfrm if_id 5" }, {
    xfrm.made("if_id", { dev = "v0", if_id = 5 }, "dev v0 if_id 5"),
    xfrm.made("external", { external = true }, "external"),
    xfrm.changed("if_id, and keep dev", "dev v0 if_id 5", { if_id = 6 }, "dev v0 if_id 6", { if_id = 6, dev = "v0" }),
  })
)
