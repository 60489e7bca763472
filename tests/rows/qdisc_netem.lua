-- netem with each of its options: `tc qdisc … netem` beside `qdisc_add`, and `netns.shape`.

local function read(ns) return ns:qdisc_list("v0", { root = true }) end

local function write(ns, records)
  for _, record in ipairs(records) do ns:qdisc_replace(record.dev, record) end
end

--- A row for netem at the root, given in both ways.
local function netem(name, opts, words, want)
  opts.kind, opts.handle = "netem", "1:"
  want.kind = "netem"
  return {
    name,
    make = function(ns) ns:qdisc_add("v0", opts) end,
    tool = "tc qdisc add dev v0 root handle 1: netem " .. words,
    want = { want },
  }
end

return {
  needs = { "sch_netem" },
  pair = true,
  json = "tc -json qdisc show dev v0",
  read = read,
  write = write,
  again = true,
  same = { "seed" }, -- random unless told, since Linux 6.6
  netem("limit", { limit = 77 }, "limit 77", { limit = 77 }),
  netem("delay", { delay = "20ms" }, "delay 20ms", { delay = 0.02, limit = 1000 }),
  netem("delay in seconds", { delay = 1.5 }, "delay 1500ms", { delay = 1.5 }),
  netem("a short delay", { delay = "24us", jitter = "8us" }, "delay 24us 8us", { delay = 0.000024, jitter = 0.000008 }),
  netem("jitter", { delay = "20ms", jitter = "5ms" }, "delay 20ms 5ms", { delay = 0.02, jitter = 0.005 }),
  netem("jitter with correlation", { delay = "20ms", jitter = "5ms", delay_correlation = "25%" }, "delay 20ms 5ms 25%",
    { jitter = 0.005, delay_correlation = 0.25 }),
  netem("distribution", { delay = "20ms", jitter = "5ms", distribution = "normal" },
    "delay 20ms 5ms distribution normal", { jitter = 0.005 }),
  -- iproute2 has no table of this one: it is what there is without.
  netem("a uniform distribution", { delay = "20ms", jitter = "5ms", distribution = "uniform" }, "delay 20ms 5ms", { jitter = 0.005 }),
  netem("a measured distribution", { delay = "20ms", jitter = "5ms", distribution = "experimental" },
    "delay 20ms 5ms distribution experimental", { jitter = 0.005 }),
  netem("loss", { loss = "0.3%" }, "loss 0.3%", { loss = 0.003 }),
  netem("loss with correlation", { loss = "10%", loss_correlation = "25%" }, "loss random 10% 25%",
    { loss = 0.1, loss_correlation = 0.25 }),
  netem("loss by states", { loss_state = { p13 = "1%", p31 = "80%", p32 = "5%", p23 = "90%", p14 = "0.1%" } },
    "loss state 1% 80% 5% 90% 0.1%", { loss_state = { p13 = 0.01, p31 = 0.8, p32 = 0.05, p23 = 0.9, p14 = 0.001 } }),
  netem("loss by states, the rest following", { loss_state = { p13 = "30%" } }, "loss state 30%",
    { loss_state = { p13 = 0.3, p31 = 0.7, p32 = 0.0, p23 = 1.0, p14 = 0.0 } }),
  netem("loss by Gilbert and Elliott", { loss_gemodel = { p = "1%", r = "10%", ["1-h"] = "70%", ["1-k"] = "0.1%" } },
    "loss gemodel 1% 10% 70% 0.1%", { loss_gemodel = { p = 0.01, r = 0.1, ["1-h"] = 0.7, ["1-k"] = 0.001 } }),
  netem("loss by Gilbert", { loss_gemodel = { p = "1%" } }, "loss gemodel 1%", { loss_gemodel = { p = 0.01, r = 0.99 } }),
  netem("ecn", { loss = "1%", ecn = true }, "loss 1% ecn", { loss = 0.01, ecn = true }),
  netem("duplicate", { duplicate = "2.5%", duplicate_correlation = "50%" }, "loss 0% 0% duplicate 2.5% 50%",
    { duplicate = 0.025, duplicate_correlation = 0.5 }),
  netem("corrupt", { corrupt = "0.1%", corrupt_correlation = "3%" }, "corrupt 0.1% 3%",
    { corrupt = 0.001, corrupt_correlation = 0.03 }),
  netem("reorder", { delay = "10ms", reorder = "25%", reorder_correlation = "50%" }, "delay 10ms reorder 25% 50%",
    { reorder = 0.25, reorder_correlation = 0.5, gap = 1 }),
  netem("gap", { delay = "10ms", reorder = "25%", gap = 5 }, "delay 10ms reorder 25% gap 5", { reorder = 0.25, gap = 5 }),
  netem("rate", { rate = "5mbit" }, "rate 5mbit", { rate = 5000000 }),
  netem("rate with cells", { rate = "256kbit", packet_overhead = 20, cell_size = 48, cell_overhead = 5 },
    "rate 256kbit 20 48 5", { rate = 256000, packet_overhead = 20, cell_size = 48, cell_overhead = 5 }),
  netem("rate with less", { rate = "256kbit", packet_overhead = -14 }, "rate 256kbit -14", { packet_overhead = -14 }),
  netem("rate beyond 32 bits", { rate = "100gbit" }, "rate 100gbit", { rate = 100000000000 }),
  netem("slot", { slot = { min_delay = "800us", max_delay = "1ms", packets = 32, bytes = "10kb" } },
    "slot 800us 1ms packets 32 bytes 10kb",
    { slot = { min_delay = 0.0008, max_delay = 0.001, packets = 32, bytes = 10240 } }),
  netem("slot of one length", { slot = { min_delay = "800us" } }, "slot 800us", { slot = { min_delay = 0.0008, max_delay = 0.0008 } }),
  netem("slot by a distribution", { slot = { distribution = "pareto", delay = "1ms", jitter = "100us" } },
    "slot distribution pareto 1ms 100us", { slot = { delay = 0.001, jitter = 0.0001 } }),
  netem("all together",
    { delay = "30ms", jitter = "3ms", loss = "1%", duplicate = "1%", corrupt = "1%", reorder = "5%", rate = "1mbit", limit = 99 },
    "delay 30ms 3ms loss 1% duplicate 1% corrupt 1% reorder 5% rate 1mbit limit 99",
    { delay = 0.03, loss = 0.01, duplicate = 0.01, corrupt = 0.01, reorder = 0.05, rate = 1000000, limit = 99 }),
  {
    "a change says all anew",
    before = [[
      tc qdisc add dev v0 root handle 1: netem delay 5ms loss 3% rate 1mbit slot 1ms]],
    make = function(ns) ns:qdisc_change("v0", { delay = "7ms" }) end,
    tool = "tc qdisc del dev v0 root; tc qdisc add dev v0 root handle 1: netem delay 7ms",
    want = { { kind = "netem", delay = 0.007 } },
  },
  {
    "netns.shape",
    make = function(ns)
      ns:shape("v0", {
        rate = "2mbit", delay = "20ms", jitter = "4ms", delay_correlation = "10%", distribution = "pareto", loss = "2%",
        loss_correlation = "20%", duplicate = "1%", duplicate_correlation = "30%", corrupt = "3%",
        corrupt_correlation = "40%", reorder = "5%", reorder_correlation = "50%", limit = 50,
      })
    end,
    tool = "tc qdisc add dev v0 root netem limit 50 delay 20ms 4ms 10% distribution pareto loss 2% 20% duplicate 1% 30% "
      .. "corrupt 3% 40% reorder 5% 50% rate 2mbit",
    want = { { kind = "netem", delay_correlation = 0.1, corrupt_correlation = 0.4, reorder_correlation = 0.5 } },
    same = { "handle", "seed" },
  },
  {
    "a seed, of which this kernel knows nothing",
    make = function(ns) ns:qdisc_add("v0", { kind = "netem", handle = "1:", loss = "1%", seed = 42 }) end,
    tool = "tc qdisc add dev v0 root handle 1: netem loss 1%",
    want = { { kind = "netem", loss = 0.01 } },
  },
  {
    "reorder without a delay",
    make = function(ns) ns:qdisc_add("v0", { kind = "netem", reorder = "5%" }) end,
    tool = "tc qdisc add dev v0 root netem reorder 5%",
    fails = { code = "EINVAL", message = 'option "reorder" needs a delay' },
  },
  {
    "two models of loss",
    make = function(ns) ns:qdisc_add("v0", { kind = "netem", loss = "5%", loss_state = { p13 = "1%" } }) end,
    tool = "tc qdisc add dev v0 root netem loss 5% loss state 1%",
    fails = { code = "EINVAL", message = "exclude each other" },
  },
  {
    "a distribution there is not",
    make = function(ns) ns:qdisc_add("v0", { kind = "netem", delay = 1, jitter = 0.1, distribution = "odd" }) end,
    tool = "tc qdisc add dev v0 root netem delay 1s 100ms distribution odd",
    fails = { code = "EINVAL", message = "one of uniform, normal" },
  },
  {
    "a word that a model lacks",
    make = function(ns) ns:qdisc_add("v0", { kind = "netem", loss_state = { p12 = "1%" } }) end,
    fails = { code = "EINVAL", message = 'has no option "p12"', hint = "p13" },
  },
}
