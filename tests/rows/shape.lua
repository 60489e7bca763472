-- `netns.shape`, the usual impairments at once, beside `tc qdisc` with netem and tbf.

--- A row for some impairments of what v0 sends.
local function shape(name, opts, words)
  return {
    name,
    make = function(ns) ns:shape("v0", opts) end,
    tool = "tc qdisc replace dev v0 root " .. words,
  }
end

return {
  needs = { "sch_netem", "sch_tbf" },
  pair = true,
  json = "tc -json qdisc show dev v0",
  same = { "handle" },
  shape("delay", { delay = "20ms" }, "netem delay 20ms"),
  shape("delay in seconds", { delay = 0.25 }, "netem delay 250ms"),
  shape("jitter", { delay = "20ms", jitter = "5ms" }, "netem delay 20ms 5ms"),
  shape("loss", { loss = "1.5%" }, "netem loss 1.5%"),
  shape("loss as a share", { loss = 0.25 }, "netem loss 25%"),
  shape("duplicate", { duplicate = "1%" }, "netem duplicate 1%"),
  shape("corrupt", { corrupt = "0.1%" }, "netem corrupt 0.1%"),
  shape("reorder", { delay = "10ms", reorder = "25%" }, "netem delay 10ms reorder 25%"),
  shape("a correlated delay", { delay = "20ms", jitter = "5ms", delay_correlation = "25%" }, "netem delay 20ms 5ms 25%"),
  shape("a correlated loss", { loss = "1%", loss_correlation = "30%" }, "netem loss 1% 30%"),
  -- (`tc` forgets that of duplicates where it is told no other.)
  shape("correlated duplicates", { loss = "1%", loss_correlation = "10%", duplicate = "1%", duplicate_correlation = "30%" }, "netem loss 1% 10% duplicate 1% 30%"),
  shape("correlated corruption", { corrupt = "1%", corrupt_correlation = "30%" }, "netem corrupt 1% 30%"),
  shape("correlated reordering", { delay = "9ms", reorder = "25%", reorder_correlation = "50%" }, "netem delay 9ms reorder 25% 50%"),
  shape("a distribution", { delay = "20ms", jitter = "5ms", distribution = "normal" }, "netem delay 20ms 5ms distribution normal"),
  shape("limit", { delay = "10ms", limit = 5000 }, "netem limit 5000 delay 10ms"),
  shape("rate with a delay", { delay = "10ms", rate = "10mbit", limit = 1000 }, "netem delay 10ms rate 10mbit limit 1000"),
  shape("rate alone", { rate = "10mbit" }, "tbf rate 10mbit burst 12500 limit 75000"),
  shape(
    "all of them",
    { delay = "10ms", jitter = "1ms", loss = "1%", duplicate = "2%", corrupt = "3%", reorder = "4%", rate = "1gbit", limit = 77 },
    "netem limit 77 delay 10ms 1ms loss 1% duplicate 2% corrupt 3% reorder 4% rate 1gbit"
  ),
  {
    "cleared",
    before = "tc qdisc add dev v0 root netem delay 10ms",
    make = function(ns) ns:shape_clear "v0" end,
    tool = "tc qdisc delete dev v0 root",
    json = "ip -json link show dev v0",
  },
  {
    "no link",
    make = function(ns) ns:shape("v9", { delay = "1ms" }) end,
    tool = "tc qdisc replace dev v9 root netem delay 1ms",
    fails = { code = "ENODEV", object = "v9" },
  },
}
