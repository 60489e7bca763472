-- Filters that are programs: `tc filter … bpf` beside `filter_add`.

local filters = require "filters"
local rows = require "rows"

--- Packets of IPv4.
local ip = "4,40 0 0 12,21 0 1 2048,6 0 0 262144,6 0 0 0"

--- A row for one filter of the classic BPF, given in both ways.
local function bytecode(name, opts, words, want)
  opts.kind, opts.parent, opts.pref, opts.handle = "bpf", "1:", 7, 1
  return {
    name,
    needs = { "cls_bpf", "sch_htb", "act_gact" },
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = ("tc filter add dev v0 parent 1: pref 7 handle 1 bpf bytecode '%s' %s"):format(opts.bytecode, words),
    want = { want or opts },
  }
end

return rows.file(filters.beside, {
  bytecode("into a class", { bytecode = ip, classid = "1:10" }, "classid 1:10"),
  bytecode("as it returns", { bytecode = "1,6 0 0 65535", direct_action = true }, "direct-action"),
  bytecode("with an action", { bytecode = ip, actions = { "drop" } }, "action drop", { bytecode = ip, actions = { { control = "drop" } } }),
  bytecode("not by the hardware", { bytecode = ip, classid = "1:10", skip_hw = true }, "classid 1:10 skip_hw"),
  {
    "a program that is none",
    make = function(ns) ns:filter_add("v0", { kind = "bpf", parent = "1:", bytecode = "2,6 0 0 1" }) end,
    fails = { code = "EINVAL", message = "bytecode" },
  },
  {
    "a program that the kernel refuses",
    make = function(ns) ns:filter_add("v0", { kind = "bpf", parent = "1:", bytecode = "1,40 0 0 12", classid = "1:10" }) end,
    tool = "tc filter add dev v0 parent 1: bpf bytecode '1,40 0 0 12' classid 1:10",
    fails = { code = "EINVAL" },
  },
})
