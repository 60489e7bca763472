-- Disciplines that the host's kernel has too: `tc qdisc` beside `qdisc_add`.

--- What was put there, not what the kernel has by itself.
local function read(ns)
  local put = {}
  for _, record in ipairs(ns:qdisc_list()) do
    if record.handle ~= "0:" then put[#put + 1] = record end
  end
  return put
end

local function write(ns, records)
  for _, record in ipairs(records) do ns:qdisc_replace(record.dev, record) end
end

--- For kinds that cannot be changed: away with it, and made again.
local function again(ns, records)
  for _, record in ipairs(records) do
    ns:qdisc_delete(record.dev, record)
    ns:qdisc_add(record.dev, record)
  end
end

--- A row for one discipline at the root, given in both ways.
local function root(name, opts, words, want)
  opts.handle = "1:"
  return {
    name,
    make = function(ns) ns:qdisc_add("v0", opts) end,
    tool = "tc qdisc add dev v0 root handle 1: " .. words,
    want = want or opts,
    write = opts.kind == "htb" and again or nil,
  }
end

return {
  pair = true,
  json = "tc -json qdisc show dev v0",
  read = read,
  write = write,
  root("pfifo", { kind = "pfifo", limit = 100 }, "pfifo limit 100", { { kind = "pfifo", handle = "1:", root = true, limit = 100 } }),
  root("pfifo without a limit", { kind = "pfifo" }, "pfifo", { { kind = "pfifo" } }),
  root("bfifo", { kind = "bfifo", limit = "64kb" }, "bfifo limit 64kb", { { kind = "bfifo", limit = 65536 } }),
  root("pfifo_head_drop", { kind = "pfifo_head_drop", limit = 7 }, "pfifo_head_drop limit 7"),
  root("tbf", { kind = "tbf", rate = "10mbit", burst = "16kb", latency = "50ms" },
    "tbf rate 10mbit burst 16kb latency 50ms", { { kind = "tbf", rate = 10000000, burst = 16384, limit = 78884 } }),
  root("tbf with a limit", { kind = "tbf", rate = "256kbit", burst = 1600, limit = "32kb" },
    "tbf rate 256kbit burst 1600 limit 32kb", { { rate = 256000, burst = 1600, limit = 32768 } }),
  root("tbf with a peak", { kind = "tbf", rate = "1mbit", burst = "5kb", latency = "70ms", peakrate = "2mbit", mtu = 1540 },
    "tbf rate 1mbit burst 5kb latency 70ms peakrate 2mbit minburst 1540",
    { { rate = 1000000, peakrate = 2000000, mtu = 1540 } }),
  root("tbf with overhead", { kind = "tbf", rate = "1mbit", burst = "5kb", latency = "70ms", overhead = 14, linklayer = "atm", mpu = 64 },
    "tbf rate 1mbit burst 5kb latency 70ms overhead 14 linklayer atm mpu 64", { { overhead = 14, linklayer = "atm" } }),
  root("tbf with numbers that have exponents", { kind = "tbf", rate = "2.5e3kbit", burst = "1.6E1kb", limit = "1e5" },
    "tbf rate 2.5e3kbit burst 1.6E1kb limit 1e5", { { rate = 2500000, burst = 16384, limit = 100000 } }),
  root("tbf with numbers that tc comes to a little below", { kind = "tbf", rate = "8.2mbit", burst = "16kb", latency = "258.967ms" },
    "tbf rate 8.2mbit burst 16kb latency 258.967ms", { { rate = 8199992 } }),
  root("tbf beyond 32 bits", { kind = "tbf", rate = "40gbit", burst = "1mb", latency = "10ms" },
    "tbf rate 40gbit burst 1mb latency 10ms", { { rate = 40000000000 } }),
  root("tbf at an odd rate", { kind = "tbf", rate = "3333333bit", burst = 3333, latency = "33333us" },
    "tbf rate 3333333bit burst 3333 latency 33333us", { { burst = 3333 } }),
  {
    "tbf at a share of the link's speed",
    before = "ip link set v0 up; ip link set v1 up",
    make = function(ns) ns:qdisc_add("v0", { kind = "tbf", handle = "1:", rate = "12.5%", burst = "1mb", limit = "2mb" }) end,
    tool = "tc qdisc add dev v0 root handle 1: tbf rate 12.5% burst 1mb limit 2mb",
    want = { { kind = "tbf", rate = 1250000000 } },
  },
  root("htb", { kind = "htb", default = "1f", r2q = 20, direct_qlen = 500 }, "htb default 1f r2q 20 direct_qlen 500"),
  {
    "blackhole",
    make = function(ns) ns:qdisc_add("v0", { kind = "blackhole", handle = "1:0" }) end,
    tool = "tc qdisc add dev v0 root handle 1:0 blackhole",
    want = { { kind = "blackhole", handle = "1:", root = true } },
  },
  root("htb without options", { kind = "htb" }, "htb", { { kind = "htb", default = "0", r2q = 10 } }),
  {
    "ingress",
    make = function(ns) ns:qdisc_add("v0", { kind = "ingress" }) end,
    tool = "tc qdisc add dev v0 ingress",
    want = { { kind = "ingress", handle = "ffff:", parent = "ffff:fff1" } },
    write = again,
  },
  {
    "clsact",
    make = function(ns) ns:qdisc_add("v0", { kind = "clsact" }) end,
    tool = "tc qdisc add dev v0 clsact",
    want = { { kind = "clsact", handle = "ffff:", parent = "ffff:fff1" } },
    write = again,
  },
  {
    "mq",
    pair = false,
    before = "ip link add v0 numtxqueues 4 type veth peer name v1",
    make = function(ns) ns:qdisc_add("v0", { kind = "mq", handle = "1:" }) end,
    tool = "tc qdisc add dev v0 root handle 1: mq",
    want = { { kind = "mq", handle = "1:", root = true } },
    write = again,
  },
  {
    "a discipline below a class",
    before = [[
      tc qdisc add dev v0 root handle 1: htb
      tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit]],
    make = function(ns) ns:qdisc_add("v0", { kind = "pfifo", parent = "1:10", handle = "10:", limit = 5 }) end,
    tool = "tc qdisc add dev v0 parent 1:10 handle 10: pfifo limit 5",
    want = { { kind = "pfifo", parent = "1:10", handle = "10:", limit = 5 } },
    write = function(ns, records)
      for _, record in ipairs(records) do
        if record.kind == "pfifo" then ns:qdisc_replace(record.dev, record) end
      end
    end,
  },
  {
    "those that the kernel put below a class",
    tool = "tc qdisc add dev v0 root handle 1: htb; tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit",
    json = "tc -json qdisc show dev v0 invisible",
    read = function(ns) return ns:qdisc_list("v0", { invisible = true }) end,
    want = { { kind = "pfifo", parent = "1:10", handle = "0:" } },
    write = false,
  },
  {
    "a change",
    before = "tc qdisc add dev v0 root handle 1: pfifo limit 5",
    make = function(ns) ns:qdisc_change("v0", { limit = 9 }) end,
    tool = "tc qdisc change dev v0 root pfifo limit 9",
    want = { { kind = "pfifo", limit = 9 } },
  },
  {
    "another kind in its place",
    before = "tc qdisc add dev v0 root handle 1: pfifo limit 5",
    make = function(ns) ns:qdisc_replace("v0", { kind = "htb", handle = "2:", default = "a" }) end,
    tool = "tc qdisc replace dev v0 root handle 2: htb default a",
    want = { { kind = "htb", handle = "2:", default = "a" } },
    write = again,
  },
  {
    "deleted",
    before = "tc qdisc add dev v0 clsact; tc qdisc add dev v0 root handle 1: pfifo limit 5",
    make = function(ns) ns:qdisc_delete "v0" end,
    tool = "tc qdisc del dev v0 root",
    want = { { kind = "clsact" } },
    write = again,
  },
  {
    "deleted by its number",
    before = "tc qdisc add dev v0 clsact; tc qdisc add dev v0 root handle 7: pfifo limit 5",
    make = function(ns) ns:qdisc_delete("v0", { handle = "7:" }) end,
    tool = "tc qdisc del dev v0 root handle 7:",
    want = { { kind = "clsact" } },
    write = again,
  },
  {
    "one that is there already",
    before = "tc qdisc add dev v0 root handle 1: pfifo",
    make = function(ns) ns:qdisc_add("v0", { kind = "pfifo" }) end,
    tool = "tc qdisc add dev v0 root pfifo",
    fails = { code = "EEXIST", object = "v0", message = "qdisc at the root of", kernel = "Exclusivity" },
  },
  {
    "one that is not there",
    make = function(ns) ns:qdisc_delete("v0", { handle = "5:" }) end,
    tool = "tc qdisc del dev v0 root handle 5:",
    fails = { code = "ENOENT", object = "v0", message = "there is no qdisc 5:" },
  },
  {
    "a kind there is not",
    make = function(ns) ns:qdisc_add("v0", { kind = "fq_codl" }) end,
    tool = "tc qdisc add dev v0 root fq_codl",
    fails = { code = "EINVAL", message = 'no kind of qdisc is called "fq_codl"' },
  },
  {
    "an option that the kind lacks",
    make = function(ns) ns:qdisc_add("v0", { kind = "pfifo", rate = "1mbit" }) end,
    tool = "tc qdisc add dev v0 root pfifo rate 1mbit",
    fails = { code = "EINVAL", message = 'unknown option "rate"' },
  },
  {
    "no kind, and nothing there to be changed",
    make = function(ns) ns:qdisc_change("v0", { limit = 5 }) end,
    tool = "tc qdisc change dev v0 root limit 5",
    fails = { code = "EINVAL", message = 'option "kind" is needed' },
  },
  {
    "a class there is not",
    before = "tc qdisc add dev v0 root handle 1: htb",
    make = function(ns) ns:qdisc_add("v0", { kind = "pfifo", parent = "1:30" }) end,
    tool = "tc qdisc add dev v0 parent 1:30 pfifo",
    fails = { code = "ENOENT", object = "v0", message = "there is no class 1:30", kernel = "class not found" },
  },
  {
    "a kind that cannot be changed",
    before = "tc qdisc add dev v0 root handle 1: htb",
    make = function(ns) ns:qdisc_change("v0", { default = "7" }) end,
    tool = "tc qdisc change dev v0 root htb default 7",
    fails = { code = "EINVAL", object = "v0", message = "htb", hint = "delete it and add it again", kernel = "Change operation" },
  },
  {
    "a share of a speed that is not known",
    before = "ip link add b0 type bridge",
    make = function(ns) ns:qdisc_add("b0", { kind = "tbf", rate = "50%", burst = 5000, limit = 5000 }) end,
    tool = "tc qdisc add dev b0 root tbf rate 50% burst 5000 limit 5000",
    fails = { code = "EINVAL", object = "b0", message = "speed", hint = "give the rate itself" },
  },
  {
    "a handle that is none",
    make = function(ns) ns:qdisc_add("v0", { kind = "pfifo", handle = "1:2" }) end,
    fails = { code = "EINVAL", message = "a handle such as" },
  },
}
