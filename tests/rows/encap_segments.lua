-- What routes of IPv6 wrap their packets in by extension headers, and the policies of xfrm: `ip route … encap` beside
-- `encap = {…}`. What a kernel lacks it says itself. Debian's user-mode Linux lacks all of it.

local encap = require "encap"
local kind = require "kind"

local wraps = encap.wraps

--- What a kernel must be able to do for these rows.
local function has(words) return { has = encap.try(words) } end

local one, two = "2001:db8:f::1", "2001:db8:f::2"
local both = one .. "," .. two

local function seg6(family, name, opts, words, want)
  opts.type = "seg6"
  return wraps(family, "seg6: " .. name, opts, "seg6 " .. words, want)
end

local function action(name, opts, words, want, more)
  opts.type, opts.action = "seg6local", words:match "%S+"
  return wraps(6, "seg6local: " .. name, opts, "seg6local action " .. words, want, more)
end

--- A table of its own for each of two VRFs.
local vrf = {
  needs = { "vrf" },
  before = require("routes").before .. "sysctl -qw net.vrf.strict_mode=1; ip link add red up type vrf table 100",
}

local function rpl(name, segs, words)
  return wraps(6, "rpl: " .. name, { type = "rpl", segs = segs }, "rpl segs " .. words)
end

local function ioam6(name, opts, words, want)
  opts.type, opts.trace = "ioam6", { type = 0x800000, ns = 1, size = 12 }
  return wraps(6, "ioam6: " .. name, opts, words .. " trace prealloc type 0x800000 ns 1 size 12", want)
end

--- `ip` 6.1 forgets what follows `encap xfrm`.
local function xfrm(dst, via, opts, words)
  opts.type = "xfrm"
  return {
    ("xfrm %s of %s"):format(words, dst),
    make = function(ns) ns:route_add(dst, { via = via, dev = "v0", encap = opts }) end,
    tool = ("ip route add %s via %s dev v0 encap xfrm %s"):format(dst, via, words),
    want = { { dst = dst, encap = opts } },
  }
end

--- Of one address: a locator is the first half of it.
local function ila(name, opts, words)
  opts.type = "ila"
  return {
    "ila: " .. name,
    make = function(ns) ns:route_add("2001:db8:9:9::1", { via = "2001:db8::2", dev = "v0", encap = opts }) end,
    tool = ("ip route add 2001:db8:9:9::1 encap ila %s via 2001:db8::2 dev v0"):format(words),
    want = { { dst = "2001:db8:9:9::1", encap = opts } },
  }
end

return encap.file(
  { needs = { "ip_tunnel" } },
  kind.each(has("seg6 mode encap segs " .. one), {
    seg6(6, "encap", { mode = "encap", segs = { one } }, "mode encap segs " .. one),
    seg6(6, "encap unless told", { segs = { one, two } }, "mode encap segs " .. both, { mode = "encap", segs = { one, two } }),
    seg6(6, "inline", { mode = "inline", segs = { one, two } }, "mode inline segs " .. both),
    seg6(6, "encap.red", { mode = "encap.red", segs = { one, two } }, "mode encap.red segs " .. both),
    seg6(6, "l2encap", { mode = "l2encap", segs = { one, two } }, "mode l2encap segs " .. both),
    seg6(6, "l2encap.red", { mode = "l2encap.red", segs = { one, two } }, "mode l2encap.red segs " .. both),
    seg6(6, "with a key", { mode = "encap", segs = { one, two }, hmac = 7 }, ("mode encap segs %s hmac 7"):format(both)),
    seg6(4, "encap", { mode = "encap", segs = { one, two } }, "mode encap segs " .. both),
  }),
  kind.each(has "seg6local action End", {
    action("End", {}, "End"),
    action("End with counters", { count = true }, "End count"),
    action("End.X", { nh6 = two }, "End.X nh6 " .. two),
    action("End.T", { table = 77 }, "End.T table 77", { action = "End.T", table = "77" }),
    action("End.DX2", { oif = "v1" }, "End.DX2 oif v1"),
    action("End.DX6", { nh6 = two }, "End.DX6 nh6 " .. two),
    action("End.DX4", { nh4 = "10.0.0.9" }, "End.DX4 nh4 10.0.0.9"),
    action("End.DT6", { table = 77 }, "End.DT6 table 77", { action = "End.DT6", table = "77" }),
    action("End.DT6 of a VRF", { vrftable = 100 }, "End.DT6 vrftable 100", { action = "End.DT6", vrftable = "100" }, vrf),
    action("End.DT4", { vrftable = 100 }, "End.DT4 vrftable 100", { action = "End.DT4", vrftable = "100" }, vrf),
    action("End.DT46", { vrftable = 100 }, "End.DT46 vrftable 100", { action = "End.DT46", vrftable = "100" }, vrf),
    action("End.B6", { srh = { segs = { one, two } } }, "End.B6 srh segs " .. both),
    action("End.B6.Encaps", { srh = { segs = { one, two } } }, "End.B6.Encaps srh segs " .. both),
    action("flavors", { flavors = { "next-csid" }, lblen = 48, nflen = 16 }, "End flavors next-csid lblen 48 nflen 16"),
  }),
  kind.each(has("rpl segs " .. one), {
    rpl("one segment", { one }, one),
    rpl("two segments", { one, two }, both),
  }),
  kind.each(has "ioam6 mode inline trace prealloc type 0x800000 ns 1 size 12", {
    ioam6("inline", { mode = "inline" }, "ioam6 mode inline"),
    ioam6("encap", { mode = "encap", tundst = two }, "ioam6 mode encap tundst " .. two),
    ioam6("auto", { mode = "auto", tundst = two }, "ioam6 mode auto tundst " .. two),
    ioam6("of some packets", { mode = "inline", freq = "1/3" }, "ioam6 freq 1/3 mode inline"),
  }),
  kind.each({ since = "6.13", has = encap.try "ioam6 mode inline trace prealloc type 0x800000 ns 1 size 12" }, {
    {
      "ioam6: from an address", -- Debian's `ip` does not know the word yet
      make = function(ns)
        ns:route_add("2001:db8:9::/48", { via = "2001:db8::2", dev = "v0", encap = {
          type = "ioam6", mode = "encap", tundst = two, tunsrc = one, trace = { type = 0x800000, ns = 1, size = 12 },
        } })
      end,
      want = { { dst = "2001:db8:9::/48", encap = { tundst = two, tunsrc = one } } },
    },
  }),
  kind.each({ needs = { "ila" } }, {
    ila("what goes out", { locator = "fd00:0:0:2", csum_mode = "no-action", ident_type = "luid" },
      "fd00:0:0:2 csum-mode no-action ident-type luid"),
    ila("what comes in", {
      locator = "fd00:0:0:2", csum_mode = "adj-transport", ident_type = "luid", hook_type = "input",
    }, "fd00:0:0:2 csum-mode adj-transport ident-type luid hook-type input"),
    {
      "ila: a locator that is none",
      make = function(ns) ns:route_add("2001:db8:9:9::1", { dev = "v0", encap = { type = "ila", locator = "fd00::" } }) end,
      tool = "ip route add 2001:db8:9:9::1 encap ila fd00:: dev v0",
      fails = { code = "EINVAL", message = 'option "locator" must be four groups' },
    },
  }),
  kind.each(has "xfrm if_id 7 link_dev v0", {
    xfrm("10.9.0.0/16", "10.0.0.2", { if_id = 7 }, "if_id 7"),
    xfrm("10.9.0.0/16", "10.0.0.2", { if_id = 7, link_dev = "v0" }, "if_id 7 link_dev v0"),
    xfrm("2001:db8:9::/48", "2001:db8::2", { if_id = 7, link_dev = "v0" }, "if_id 7 link_dev v0"),
  })
)
