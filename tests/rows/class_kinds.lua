-- Classes of further kinds: `tc class` beside `class_add`.

local function read(ns) return ns:class_list "v0" end

--- All but the discipline itself, which hfsc lists as a class.
local function write(ns, records)
  for _, record in ipairs(records) do
    if not record.classid:find ":$" then ns:class_replace(record.dev, record) end
  end
end

local function place(kind) return "ip link set v0 up; ip link set v1 up; tc qdisc add dev v0 root handle 1: " .. kind .. "\n" end

--- A row for one class of a kind.
local function class(kind, name, opts, words, want)
  opts.classid, opts.parent, opts.kind = "1:10", "1:", kind
  want.kind, want.classid = kind, "1:10"
  return {
    kind .. (name == "" and "" or " " .. name),
    needs = { "sch_" .. kind },
    before = place(kind),
    make = function(ns) ns:class_add("v0", opts) end,
    tool = ("tc class add dev v0 parent 1: classid 1:10 %s %s"):format(kind, words),
    want = { want },
  }
end

return {
  pair = true,
  json = "tc -details class show dev v0",
  read = read,
  write = write,
  again = true,
  class("drr", "", { quantum = 1600 }, "quantum 1600", { quantum = 1600 }),
  class("drr", "without a quantum", {}, "", { quantum = 1514 }),
  class("qfq", "", { weight = 10, maxpkt = 1500 }, "weight 10 maxpkt 1500", { weight = 10, maxpkt = 1500 }),
  class("hfsc", "", { sc = "1mbit" }, "sc m2 1mbit", { sc = { m1 = 0, d = 0.0, m2 = 1000000 } }),
  class("hfsc", "at a share of the link's speed", { sc = "1%", ul = { m2 = "2%" } }, "sc m2 1% ul m2 2%",
    { sc = { m2 = 100000000 }, ul = { m2 = 200000000 } }),
  class("hfsc", "with all curves",
    { rt = { m1 = "2mbit", d = "10ms", m2 = "1mbit" }, ls = { m2 = "500kbit" }, ul = { rate = "3mbit" } },
    "rt m1 2mbit d 10ms m2 1mbit ls m2 500kbit ul rate 3mbit",
    { rt = { m1 = 2000000, d = 0.01, m2 = 1000000 }, ls = { m2 = 500000 }, ul = { m2 = 3000000 } }),
  class("hfsc", "by an amount and a time", { sc = { umax = "1500b", dmax = "30ms", rate = "100kbit" } },
    "sc umax 1500b dmax 30ms rate 100kbit", { sc = { m1 = 400000, d = 0.03, m2 = 100000 } }),
  class("hfsc", "that begins late", { sc = { umax = "1500b", dmax = "30ms", rate = "1mbit" } },
    "sc umax 1500b dmax 30ms rate 1mbit", { sc = { m1 = 0, d = 0.018, m2 = 1000000 } }),
  class("htb", "with an estimator", { rate = "1mbit", estimator = { interval = 1, time_constant = 8 } },
    "rate 1mbit", { rate = 1000000 }),
  {
    "ets",
    needs = { "sch_ets" },
    has = "tc qdisc add dev lo root ets bands 3",
    before = place "ets bands 3 quanta 4000 3000 2000",
    make = function(ns) ns:class_replace("v0", { kind = "ets", classid = "1:2", quantum = 1700 }) end,
    tool = "tc class change dev v0 classid 1:2 ets quantum 1700",
    want = { { kind = "ets", classid = "1:2", quantum = 1700 } },
  },
  {
    "at the root",
    needs = { "sch_htb" },
    before = place "htb",
    make = function(ns) ns:class_add("v0", { kind = "htb", classid = "1:10", root = true, rate = "1mbit" }) end,
    tool = "tc class add dev v0 root classid 1:10 htb rate 1mbit",
    want = { { kind = "htb", classid = "1:10", root = true } },
  },
  {
    "prio has its own",
    needs = { "sch_prio" },
    tool = "tc qdisc add dev v0 root handle 1: prio",
    read = function(ns) return ns:class_list("v0", { kind = "prio" }) end,
    want = { { classid = "1:1", parent = "1:" }, { classid = "1:2" }, { classid = "1:3" } },
    write = false,
    again = false,
  },
  {
    "a class deleted",
    needs = { "sch_drr" },
    before = place "drr" .. "tc class add dev v0 parent 1: classid 1:10 drr\ntc class add dev v0 parent 1: classid 1:20 drr",
    make = function(ns) ns:class_delete("v0", { classid = "1:10" }) end,
    tool = "tc class del dev v0 classid 1:10",
    want = { { classid = "1:20" } },
    again = false,
  },
  {
    "a class in use",
    needs = { "sch_htb", "cls_matchall" },
    before = place "htb" .. [[
      tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit
      tc filter add dev v0 parent 1: matchall classid 1:10]],
    make = function(ns) ns:class_delete("v0", { classid = "1:10" }) end,
    tool = "tc class del dev v0 classid 1:10",
    fails = { code = "EBUSY", object = "v0" },
  },
  {
    "a curve with an upper limit alone",
    needs = { "sch_hfsc" },
    before = place "hfsc",
    make = function(ns) ns:class_add("v0", { classid = "1:10", parent = "1:", ul = "1mbit" }) end,
    tool = "tc class add dev v0 parent 1: classid 1:10 hfsc ul m2 1mbit",
    fails = { code = "EINVAL", message = 'option "ul" needs "ls"' },
  },
}
