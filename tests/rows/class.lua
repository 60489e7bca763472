-- Classes that the host's kernel has too: `tc class` beside `class_add`. (`tc -json` prints them as text.)

local function read(ns) return ns:class_list "v0" end

local function write(ns, records)
  for _, record in ipairs(records) do ns:class_replace(record.dev, record) end
end

local tree = "tc qdisc add dev v0 root handle 1: htb default 10\n"

--- A row for one class of htb.
local function htb(name, opts, words, want)
  opts.classid, opts.parent, opts.kind = "1:10", "1:", "htb"
  return {
    name,
    make = function(ns) ns:class_add("v0", opts) end,
    tool = "tc class add dev v0 parent 1: classid 1:10 htb " .. words,
    want = { want },
  }
end

return {
  pair = true,
  before = tree,
  json = "tc -details class show dev v0",
  read = read,
  write = write,
  again = true,
  htb("htb", { rate = "1mbit" }, "rate 1mbit",
    { kind = "htb", classid = "1:10", root = true, rate = 1000000, ceil = 1000000, burst = 1600, prio = 0 }),
  htb("htb with a ceiling", { rate = "1mbit", ceil = "2mbit", burst = "15k", cburst = "3k", prio = 3, quantum = 1514 },
    "rate 1mbit ceil 2mbit burst 15k cburst 3k prio 3 quantum 1514",
    { ceil = 2000000, burst = 15360, cburst = 3072, prio = 3, quantum = 1514 }),
  htb("htb with overhead", { rate = "1mbit", overhead = 14, mpu = 64, linklayer = "atm", mtu = 9000 },
    "rate 1mbit overhead 14 mpu 64 linklayer atm mtu 9000", { overhead = 14, linklayer = "atm", burst = 9000 }),
  htb("htb beyond 32 bits", { rate = "40gbit", ceil = "100gbit" }, "rate 40gbit ceil 100gbit",
    { rate = 40000000000, ceil = 100000000000 }),
  htb("htb at an odd rate", { rate = "777777bit", burst = 7777 }, "rate 777777bit burst 7777", { rate = 777776, burst = 7777 }),
  {
    "classes below a class",
    make = function(ns)
      ns:class_add("v0", { classid = "1:1", parent = "1:", rate = "10mbit" })
      ns:class_add("v0", { classid = "1:10", parent = "1:1", kind = "htb", rate = "6mbit", ceil = "10mbit" })
      ns:class_add("v0", { classid = "1:20", parent = "1:1", rate = "4mbit", ceil = "10mbit" })
      ns:qdisc_add("v0", { parent = "1:10", handle = "10:", kind = "pfifo" })
    end,
    tool = [[
      tc class add dev v0 parent 1: classid 1:1 htb rate 10mbit
      tc class add dev v0 parent 1:1 classid 1:10 htb rate 6mbit ceil 10mbit
      tc class add dev v0 parent 1:1 classid 1:20 htb rate 4mbit ceil 10mbit
      tc qdisc add dev v0 parent 1:10 handle 10: pfifo]],
    want = { { classid = "1:1", level = 7 }, { classid = "1:10", parent = "1:1", leaf = "10:" }, { classid = "1:20" } },
    again = false,
  },
  {
    "a change",
    before = tree .. "tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit",
    make = function(ns) ns:class_change("v0", { classid = "1:10", parent = "1:", rate = "3mbit" }) end,
    tool = "tc class change dev v0 parent 1: classid 1:10 htb rate 3mbit",
    want = { { rate = 3000000 } },
  },
  {
    "deleted",
    before = tree .. "tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit; tc class add dev v0 parent 1: classid 1:20 htb rate 1mbit",
    make = function(ns) ns:class_delete("v0", { classid = "1:10" }) end,
    tool = "tc class del dev v0 classid 1:10",
    want = { { classid = "1:20" } },
    again = false,
  },
  {
    "one that is there already",
    before = tree .. "tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit",
    make = function(ns) ns:class_add("v0", { classid = "1:10", parent = "1:", rate = "1mbit" }) end,
    tool = "tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit",
    fails = { code = "EEXIST", object = "v0", message = "class 1:10" },
  },
  {
    "no rate",
    make = function(ns) ns:class_add("v0", { classid = "1:10", parent = "1:" }) end,
    tool = "tc class add dev v0 parent 1: classid 1:10 htb",
    fails = { code = "EINVAL", message = 'option "rate" is needed' },
  },
  {
    "a rate of less than a byte a second",
    make = function(ns) ns:class_add("v0", { classid = "1:10", parent = "1:", rate = 7 }) end,
    tool = "tc class add dev v0 parent 1: classid 1:10 htb rate 7bit",
    fails = { code = "EINVAL", message = 'option "rate" must be at least 8 bits a second, got 7' },
  },
  {
    "of another kind than its discipline",
    make = function(ns) ns:class_add("v0", { classid = "1:10", parent = "1:", kind = "hfsc", sc = { rate = "1mbit" } }) end,
    fails = { code = "EINVAL", object = "v0", message = 'is "htb", which has no classes of the kind "hfsc"' },
  },
  {
    "of a kind, and no such discipline",
    make = function(ns) ns:class_add("v0", { classid = "7:10", parent = "7:", kind = "htb", rate = 1000 }) end,
    tool = "tc class add dev v0 parent 7: classid 7:10 htb rate 1000",
    fails = { code = "ENOENT", object = "v0", message = "there is no qdisc 7:" },
  },
  {
    "of a discipline that has none",
    before = "tc qdisc add dev v0 root handle 1: pfifo",
    make = function(ns) ns:class_add("v0", { classid = "1:10", parent = "1:", rate = 1000 }) end,
    fails = { code = "EINVAL", object = "v0", message = '"pfifo" has no classes' },
  },
  {
    "no such discipline",
    make = function(ns) ns:class_add("v0", { classid = "7:10", parent = "7:", rate = 1000 }) end,
    tool = "tc class add dev v0 parent 7: classid 7:10 htb rate 1000",
    fails = { code = "ENOENT", object = "v0", message = "there is no qdisc 7:" },
  },
}
