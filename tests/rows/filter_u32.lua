-- Filters of u32: `tc filter` beside `filter_add`. (`tc -json` of them is not JSON.)

local filters = require "filters"
local rows = require "rows"

--- A row for one filter, given in both ways.
local function u32(name, opts, words, want)
  opts.kind, opts.parent, opts.pref = "u32", "1:", 7
  opts.protocol = opts.protocol or "ip"
  opts.classid = opts.classid or "1:10"
  return {
    name,
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = ("tc filter add dev v0 parent 1: protocol %s pref 7 u32 %s flowid %s"):format(opts.protocol, words, opts.classid),
    want = { want },
  }
end

--- The same row in user-mode Linux: not every kernel's u32 knows marks.
local function there(row)
  row.needs = { "cls_u32" }
  return row
end

--- A row for one pattern.
local function match(pattern, key, protocol)
  return u32(pattern, { match = { pattern }, protocol = protocol }, "match " .. pattern, { match = { key } })
end

return rows.file(filters.beside, {
  match("ip dst 10.0.0.0/8", "u32 0x0a000000 0xff000000 at 16"),
  match("ip src 192.0.2.1", "u32 0xc0000201 0xffffffff at 12"),
  match("ip protocol 6 0xff", "u32 0x00060000 0x00ff0000 at 8"),
  match("ip tos 0x10 0xff", "u32 0x00100000 0x00ff0000 at 0"),
  match("ip sport 1000 0xffff", "u32 0x03e80000 0xffff0000 at 20"),
  match("ip dport 80 0xffff", "u32 0x00000050 0x0000ffff at 20"),
  match("ip df", "u32 0x00004000 0x00004000 at 4"),
  match("ip nofrag", "u32 0x00000000 0x00003fff at 4"),
  match("tcp dst 443 0xffff", "u32 0x000001bb 0x0000ffff at nexthdr+0"),
  match("udp src 53 0xffff", "u32 0x00350000 0xffff0000 at nexthdr+0"),
  match("icmp type 8 0xff", "u32 0x08000000 0xff000000 at nexthdr+0"),
  match("u32 0x01020304 0xffffffff at 4", "u32 0x01020304 0xffffffff at 4"),
  match("u16 0x0800 0xffff at -2", "u32 0x00000800 0x0000ffff at -4"),
  match("u8 6 0xff at 9", "u32 0x00060000 0x00ff0000 at 8"),
  match("ip6 dst 2001:db8::/32", "u32 0x20010db8 0xffffffff at 24", "ipv6"),
  u32("several patterns are one filter", { match = { "ip src 10.1.0.0/16", "ip dport 22 0xffff", "ip protocol 6 0xff" } },
    "match ip src 10.1.0.0/16 match ip dport 22 0xffff match ip protocol 6 0xff",
    { match = { "u32 0x0a010000 0xffff0000 at 12", "u32 0x00000016 0x0000ffff at 20", "u32 0x00060000 0x00ff0000 at 8" } }),
  u32("what follows begins later", { match = { "ip df" }, offset = 4, eat = true }, "match ip df offset plus 4 eat", { offset = 4, eat = true }),
  u32("what follows begins where the packet says", { match = { "ip df" }, offset_at = 0, offset_mask = 0x0f00, offset_shift = 6 },
    "match ip df offset at 0 mask 0x0f00 shift 6", { offset_at = 0, offset_mask = 0x0f00, offset_shift = 6 }),
  {
    "at the root, where an ingress is",
    needs = { "sch_ingress" },
    pair = true,
    before = "tc qdisc add dev v0 ingress",
    make = function(ns) ns:filter_add("v0", { kind = "u32", root = true, pref = 7, protocol = "ip", match = { "ip df" }, classid = ":1" }) end,
    tool = "tc filter add dev v0 root pref 7 protocol ip u32 match ip df flowid :1",
    json = "tc -details filter show dev v0 root",
    want = { { pref = 7, match = { "u32 0x00004000 0x00004000 at 4" } } },
  },
  u32("by the hardware alone", { match = { "ip df" }, skip_sw = true }, "match ip df skip_sw", { skip_sw = true, not_in_hw = true }),
  there(u32("a mark", { match = { "ip df" }, mark = 4, mark_mask = 15 }, "match ip df match mark 4 0xf", { mark = 4, mark_mask = 15 })),
  {
    "by a handle of its own",
    make = function(ns)
      ns:filter_add("v0", { kind = "u32", parent = "1:", pref = 7, protocol = "ip", handle = "::5", match = { "ip df" }, classid = "1:10" })
    end,
    tool = "tc filter add dev v0 parent 1: protocol ip pref 7 handle ::5 u32 match ip df flowid 1:10",
    want = { { handle = "800::5" } },
  },
  u32("that came in by a link", { match = { "ip df" }, indev = "v1" }, "match ip df indev v1", { indev = "v1" }),
  u32("at a place among others", { match = { "ip df" }, order = 9 }, "match ip df order 9", { handle = "800::9" }),
  {
    "in the place of a table that a pattern comes to",
    make = function(ns)
      ns:filter_add("v0", { kind = "u32", parent = "1:", protocol = "ip", pref = 7, handle = "1:", divisor = 256 })
      ns:filter_add("v0", {
        kind = "u32", parent = "1:", protocol = "ip", pref = 7, ht = "1:", sample = "ip protocol 6 0xff",
        match = { "ip src 10.0.0.6" }, classid = "1:10",
      })
      ns:filter_add("v0", {
        kind = "u32", parent = "1:", protocol = "ip", pref = 7, ht = "1:", sample = "ip src 10.1.2.37 divisor 16",
        match = { "ip df" }, classid = "1:10",
      })
    end,
    tool = [[
      tc filter add dev v0 parent 1: protocol ip pref 7 handle 1: u32 divisor 256
      tc filter add dev v0 parent 1: protocol ip pref 7 u32 ht 1: sample ip protocol 6 0xff match ip src 10.0.0.6 flowid 1:10
      tc filter add dev v0 parent 1: protocol ip pref 7 u32 ht 1: sample ip src 10.1.2.37 divisor 16 match ip df flowid 1:10
    ]],
    want = { { ht = "1:6:" }, { ht = "1:5:" } },
    -- The table has to be there before what it holds.
    write = function() end,
    again = false,
  },
  {
    "a pattern of more than one key for a place of a table",
    make = function(ns) ns:filter_add("v0", { kind = "u32", parent = "1:", sample = "ip6 dst 2001:db8::/64" }) end,
    fails = { code = "EINVAL", message = "sample" },
  },
  {
    "by a table of a hash",
    make = function(ns)
      ns:filter_add("v0", { kind = "u32", parent = "1:", protocol = "ip", pref = 7, handle = "1:", divisor = 256 })
      ns:filter_add("v0", { kind = "u32", parent = "1:", protocol = "ip", pref = 7, ht = "1:6:", match = { "ip src 10.0.0.6" }, classid = "1:10" })
      ns:filter_add("v0", { kind = "u32", parent = "1:", protocol = "ip", pref = 7, ht = "800::", match = { "ip src 10.0.0.0/24" }, hashkey = "0x000000ff at 12", link = "1:" })
    end,
    tool = [[
      tc filter add dev v0 parent 1: protocol ip pref 7 handle 1: u32 divisor 256
      tc filter add dev v0 parent 1: protocol ip pref 7 u32 ht 1:6: match ip src 10.0.0.6 flowid 1:10
      tc filter add dev v0 parent 1: protocol ip pref 7 u32 ht 800:: match ip src 10.0.0.0/24 hashkey mask 0x000000ff at 12 link 1:
    ]],
    want = { { handle = "1:", divisor = 256 }, { ht = "1:6:", classid = "1:10" }, { link = "1:", hashkey = "0x000000ff at 12" } },
    -- The table has to be there before what leads to it.
    write = function() end,
    again = false,
  },
  {
    "a pattern that is none",
    make = function(ns) ns:filter_add("v0", { kind = "u32", parent = "1:", match = { "ip ttl 3" } }) end,
    fails = { code = "EINVAL", message = "match" },
  },
  {
    "a pattern among others that is none",
    make = function(ns) ns:filter_add("v0", { kind = "u32", parent = "1:", match = { "ip df", "ip ttl 3", "ip mf" } }) end,
    fails = { code = "EINVAL", message = 'option "match[2]" must be such as "ip dst 10.0.0.0/8" or "u32 0 0xf at 4", got "ip ttl 3"' },
  },
  {
    "more patterns than a filter has room for",
    make = function(ns)
      local match = {}
      for i = 1, 256 do match[i] = "u32 1 0xff at " .. 4 * i end
      ns:filter_add("v0", { kind = "u32", parent = "1:", match = match })
    end,
    fails = { code = "EINVAL", message = "at most 255 keys of 32 bits, got an array" },
  },
  {
    "an offset beyond what a packet has",
    make = function(ns) ns:filter_add("v0", { kind = "u32", parent = "1:", match = { "ip df" }, offset = 70000 }) end,
    fails = { code = "EINVAL", message = 'option "offset" must be a whole number up to 65535, got 70000' },
  },
  {
    "where nothing takes filters of what comes in",
    make = function(ns) ns:filter_add("v0", { kind = "u32", ingress = true, protocol = "ip", match = { "ip df" } }) end,
    tool = "tc filter add dev v0 ingress protocol ip u32 match ip df",
    fails = {
      code = "EINVAL", object = "v0", message = 'v0" has no qdisc that takes filters for what comes in',
      hint = 'netns.qdisc_add(dev, { kind = "clsact" })', kernel = "Parent Qdisc",
    },
  },
  {
    "where nothing takes filters of what goes out",
    make = function(ns) ns:filter_add("v0", { kind = "u32", egress = true, protocol = "ip", match = { "ip df" } }) end,
    tool = "tc filter add dev v0 egress protocol ip u32 match ip df",
    fails = { code = "EINVAL", object = "v0", message = "takes filters for what goes out", hint = "clsact" },
  },
  {
    "at a discipline that is not there",
    make = function(ns) ns:filter_add("v0", { kind = "u32", parent = "7:", protocol = "ip", match = { "ip df" } }) end,
    tool = "tc filter add dev v0 parent 7: protocol ip u32 match ip df",
    fails = { code = "EINVAL", object = "v0", message = "has no qdisc that takes filters at 7:", hint = "as parent, or add a clsact" },
  },
  {
    "at a discipline without classes",
    make = function(ns) ns:filter_add("v1", { kind = "u32", protocol = "ip", match = { "ip df" } }) end,
    tool = "tc filter add dev v1 protocol ip u32 match ip df",
    fails = { code = "EINVAL", object = "v1", message = "has no qdisc that takes filters at its root", kernel = "not classful" },
  },
  {
    "at a class that is not there",
    make = function(ns) ns:filter_add("v0", { kind = "u32", parent = "1:77", protocol = "ip", match = { "ip df" } }) end,
    tool = "tc filter add dev v0 parent 1:77 protocol ip u32 match ip df",
    fails = { code = "ENOENT", object = "v0", message = "there is no class 1:77 of" },
  },
  {
    "deleted where nothing takes filters",
    make = function(ns) ns:filter_delete("v0", { ingress = true }) end,
    tool = "tc filter del dev v0 ingress",
    fails = { code = "EINVAL", object = "v0", message = "has no qdisc that takes filters for what comes in" },
  },
  {
    "a filter that is not there",
    make = function(ns) ns:filter_delete("v0", { kind = "u32", parent = "1:", pref = 9, protocol = "ip", handle = "800::800" }) end,
    tool = "tc filter del dev v0 parent 1: pref 9 protocol ip handle 800::800 u32",
    fails = { code = "ENOENT" },
  },
  {
    "a filter of a preference goes",
    make = function(ns)
      ns:filter_add("v0", { kind = "u32", parent = "1:", pref = 5, protocol = "ip", match = { "ip df" }, classid = "1:10" })
      ns:filter_add("v0", { kind = "u32", parent = "1:", pref = 6, protocol = "ip", match = { "ip mf" }, classid = "1:10" })
      ns:filter_delete("v0", { parent = "1:", pref = 5 })
    end,
    tool = [[
      tc filter add dev v0 parent 1: pref 5 protocol ip u32 match ip df flowid 1:10
      tc filter add dev v0 parent 1: pref 6 protocol ip u32 match ip mf flowid 1:10
      tc filter del dev v0 parent 1: pref 5
    ]],
    want = { { pref = 6, match = { "u32 0x00002000 0x00002000 at 4" } } },
    -- The number of the table that the kernel makes is its own to choose.
    write = function() end,
    again = false,
  },
})
