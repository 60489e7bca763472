-- Ematches, of filters of basic, cgroup and flow: `tc filter … match` beside `match`.

local filters = require "filters"
local rows = require "rows"

local function of(kind, name, match, words, want, more)
  local opts = { kind = kind, parent = "1:", protocol = "ip", pref = 7, handle = 1, match = match }
  local rest = ""
  if kind == "basic" then
    opts.classid, rest = "1:10", "classid 1:10"
  elseif kind == "cgroup" then
    -- `tc` takes the last word for one more of its own.
    opts.actions, rest = { "pass" }, "action pass"
  elseif kind == "flow" then
    opts.mode, opts.keys, opts.baseclass, rest = "map", { "dst" }, "1:5", "map key dst baseclass 1:5"
  end
  local row = {
    name,
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = ("tc filter add dev v0 parent 1: protocol ip pref 7 handle 1 %s match '%s' %s"):format(kind, words, rest),
    want = { { kind = kind, match = want or match } },
  }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

local function basic(...) return of("basic", ...) end

local tcp = { kind = "cmp", align = "u8", at = 9, layer = "network", eq = 6 }
local udp = { kind = "cmp", align = "u8", at = 9, layer = "network", eq = 17 }
local long = { kind = "meta", id = "pkt_len", gt = 1000 }
local is_tcp, is_udp, is_long = "cmp(u8 at 9 layer 1 eq 6)", "cmp(u8 at 9 layer 1 eq 17)", "meta(pkt_len gt 1000)"

local beside = rows.with({
  needs = { "act_gact", "cls_basic", "cls_cgroup", "cls_flow", "em_cmp", "em_nbyte", "em_u32", "em_meta", "em_canid", "sch_htb" },
}, filters.beside)

return rows.file(beside, {
  basic("a number of a packet", { { kind = "cmp", align = "u16", at = 2, layer = "transport", mask = 0xff00, gt = 20 } },
    "cmp(u16 at 2 layer 2 mask 0xff00 gt 20)"),
  basic("a number in the machine's order", { { kind = "cmp", align = "u32", at = 12, layer = "link", trans = true, lt = 0xfffffff0 } },
    "cmp(u32 at 12 layer 0 trans lt 0xfffffff0)"),
  basic("one match without an array, from the network header on", { kind = "cmp", align = "u8", at = 9, eq = 6 }, "cmp(u8 at 9 eq 6)", { tcp }),
  basic("bytes of a packet", { { kind = "nbyte", needle = "ababa", at = 12, layer = "network" } }, "nbyte(\"ababa\" at 12 layer 1)"),
  basic("bytes that are no text", { { kind = "nbyte", hex = "01ff", at = 3, layer = "link" } }, "", nil, { tool = false, json = false, write = false, again = false }),
  basic("bits of a packet", { { kind = "u32", match = "u16 0x1122 0xffff at nexthdr+4" } }, "u32(u16 0x1122 0xffff at nexthdr+4)",
    { { kind = "u32", match = "u32 0x11220000 0xffff0000 at nexthdr+4" } }),
  basic("identifiers of CAN", { { kind = "canid", sff = { "0x123", "0x125:0xf" }, eff = { "0x124" } } },
    "canid(sff 0x123 eff 0x124 sff 0x125:0xf)"),
  basic("what is known of a packet", { { kind = "meta", id = "nf_mark", shift = 4, mask = 0xff, eq = 24 } },
    "meta(nf_mark shift 4 mask 0xff eq 24)"),
  -- `tc` takes the link for a number there, which the kernel refuses.
  basic("its link by name", { { kind = "meta", id = "dev", shift = 1, eq = "ppp" } }, "", nil, { tool = false }),
  basic("what is known beside what is known", { { kind = "meta", id = "sk_rcvbuf", lt = { id = "sk_sndbuf", shift = 1, mask = 0xfff0 } } },
    "meta(sk_rcvbuf lt sk_sndbuf shift 1 mask 0xfff0)"),
  basic("a number beside what is known", { { kind = "meta", value = 5, gt = { id = "priority" } } }, "meta(5 gt priority)"),
  basic("of a VLAN", { { kind = "meta", id = "vlan", eq = 5 } }, "meta(vlan eq 5)"),
  basic("all of several", { tcp, long }, is_tcp .. " and " .. is_long),
  basic("one of several", { { or_ = { tcp, udp } } }, is_tcp .. " or " .. is_udp, { { ["or"] = { tcp, udp } } }),
  basic("none", { { kind = "cmp", align = "u8", at = 9, layer = "network", eq = 6, not_ = true } }, "not " .. is_tcp,
    { { kind = "cmp", eq = 6, ["not"] = true } }),
  basic("one of several, and another", { { or_ = { tcp, udp } }, long }, ("(%s or %s) and %s"):format(is_tcp, is_udp, is_long),
    { { ["or"] = { tcp, udp } }, long }),
  basic("groups in groups", { long, { or_ = { tcp, { and_ = { udp, long }, not_ = true } } }, { or_ = { udp, tcp }, not_ = true } },
    ("%s and (%s or not (%s and %s)) and not (%s or %s)"):format(is_long, is_tcp, is_udp, is_long, is_udp, is_tcp),
    { long, { ["or"] = { tcp, { ["and"] = { udp, long }, ["not"] = true } } }, { ["or"] = { udp, tcp }, ["not"] = true } }),
  basic("what follows belongs together", { tcp, { or_ = { udp, long } } }, ("%s and %s or %s"):format(is_tcp, is_udp, is_long),
    { tcp, { ["or"] = { udp, long } } }, { json = "tc -details filter show dev v0 | head -c 40", again = false }),
  of("cgroup", "of cgroup", { tcp, long }, is_tcp .. " and " .. is_long),
  of("flow", "of flow", { { or_ = { tcp, udp } } }, is_tcp .. " or " .. is_udp, { { ["or"] = { tcp, udp } } }),
  {
    "a kind that nsl does not know",
    make = function(ns) ns:filter_add("v0", { kind = "basic", parent = "1:", match = { { kind = "cpm", eq = 3 } } }) end,
    fails = { code = "EINVAL", message = "no kind of match is called \"cpm\"", hint = "did you mean \"cmp\"" },
  },
  {
    "no comparison",
    make = function(ns) ns:filter_add("v0", { kind = "basic", parent = "1:", match = { { kind = "meta", id = "dev" } } }) end,
    fails = { code = "EINVAL", message = "\"eq\" is needed" },
  },
  {
    "a word that its kind has not",
    make = function(ns) ns:filter_add("v0", { kind = "basic", parent = "1:", match = { { kind = "nbyte", needle = "a", at = 1, eq = 3 } } }) end,
    fails = { code = "EINVAL", message = "match \"nbyte\" has no option \"eq\"" },
  },
})
