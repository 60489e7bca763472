-- Filters of fw, basic, cgroup, flow and route: `tc filter` beside `filter_add`.

local filters = require "filters"
local rows = require "rows"

--- A row for one filter, given in both ways.
local function filter(name, kind, opts, words, want)
  opts.kind, opts.parent, opts.pref, opts.protocol = kind, "1:", 7, opts.protocol or "ip"
  local handle = opts.handle and "handle " .. opts.handle or ""
  return {
    name,
    needs = { "cls_" .. kind, "sch_htb", "act_gact" },
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = ("tc filter add dev v0 parent 1: protocol %s pref 7 %s %s %s"):format(opts.protocol, handle, kind, words),
    want = { want or opts },
  }
end

return rows.file(filters.beside, {
  filter("fw: a mark", "fw", { handle = 6, classid = "1:10" }, "classid 1:10"),
  filter("fw: some bits of a mark", "fw", { handle = "0x1/0xff", classid = "1:10" }, "classid 1:10"),
  filter("fw: that came in by a link", "fw", { handle = 1, classid = "1:10", indev = "v1" }, "classid 1:10 indev v1"),
  filter("fw: with an action", "fw", { handle = 1, actions = { "drop" } }, "action drop",
    { handle = 1, actions = { { kind = "gact", control = "drop" } } }),
  filter("basic: into a class", "basic", { handle = 1, classid = "1:10" }, "classid 1:10"),
  filter("basic: with an action", "basic", { handle = 1, protocol = "all", actions = { "pass" } }, "action pass",
    { protocol = "all", actions = { { control = "pass" } } }),
  filter("cgroup: by the sender", "cgroup", { handle = 1, protocol = "all" }, ""),
  filter("cgroup: with an action", "cgroup", { handle = 1, protocol = "all", actions = { "drop" } }, "action drop",
    { kind = "cgroup", actions = { { control = "drop" } } }),
  filter("flow: a key as it is", "flow", { handle = 1, mode = "map", keys = { "dst" }, and_ = 0xff, baseclass = "1:5" },
    "map key dst and 0xff baseclass 1:5", { ["and"] = 0xff, keys = { "dst" }, mode = "map", baseclass = "1:5" }),
  filter("flow: a key with all that can be done to it", "flow",
    { handle = 1, mode = "map", keys = { "mark" }, rshift = 2, addend = 3, and_ = 0xff, or_ = 2, xor = 1, divisor = 16, baseclass = "1:5" },
    "map key mark and 0xff or 0x2 xor 0x1 rshift 2 addend 3 divisor 16 baseclass 1:5", { rshift = 2, addend = 3, xor = 1 }),
  filter("flow: a hash", "flow", { handle = 1, mode = "hash", keys = { "src", "dst", "proto-src" }, divisor = 16, perturb = 10, baseclass = "1:5" },
    "hash keys src,dst,proto-src divisor 16 perturb 10 baseclass 1:5"),
  filter("route: to a realm", "route", { to = 6, classid = "1:10" }, "to 6 classid 1:10"),
  filter("route: from a realm to another", "route", { from = 5, to = 6, classid = "1:10" }, "from 5 to 6 classid 1:10",
    { from = 5, to = 6, handle = 0x50006 }),
  filter("route: from a link", "route", { fromif = "v1", to = 6, classid = "1:10" }, "fromif v1 to 6 classid 1:10", { fromif = "v1", to = 6 }),
  filter("route: with an action", "route", { to = 7, actions = { "drop" } }, "to 7 action drop", { to = 7, actions = { { control = "drop" } } }),
  {
    "a mark that is none",
    make = function(ns) ns:filter_add("v0", { kind = "fw", parent = "1:", handle = "0x1/", classid = "1:10" }) end,
    fails = { code = "EINVAL", message = "handle" },
  },
})
