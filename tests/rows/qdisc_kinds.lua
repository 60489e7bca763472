-- Disciplines of further kinds: `tc qdisc` beside `qdisc_add`.

local function read(ns) return ns:qdisc_list("v0", { root = true }) end

local function write(ns, records)
  for _, record in ipairs(records) do ns:qdisc_replace(record.dev, record) end
end

--- For kinds that cannot be changed: away with it, and made again.
local function again(ns, records)
  for _, record in ipairs(records) do
    if record.dev == "v0" and #ns:qdisc_list("v0", { handle = record.handle }) > 0 then ns:qdisc_delete(record.dev, record) end
    ns:qdisc_add(record.dev, record)
  end
end

local queues = "ip link add v0 numtxqueues 4 numrxqueues 4 type veth peer name v1"
local json = { "tc -json -details qdisc show dev v0" }
local text = { "tc -details qdisc show dev v0" }

--- A row for one discipline at the root, given in both ways.
local function root(name, opts, words, want, more)
  opts.handle, opts.root, opts.kind = "1:", true, opts.kind or words:match "^%S+"
  want.kind = opts.kind
  local row = {
    name,
    needs = { "sch_" .. opts.kind },
    make = function(ns) ns:qdisc_add("v0", opts) end,
    tool = "tc qdisc add dev v0 root handle 1: " .. words,
    want = { want },
  }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for one that only hardware can be told of.
local function by_hardware(name, opts, words, want)
  return root(name .. " by the hardware", opts, words, want, { has = queues .. "\ntc qdisc add dev v0 root handle 1: " .. words })
end

--- What a row has besides that Debian's `tc` does not know yet.
local function newer(since, more)
  more.since, more.tool = since, false
  return more
end

local red_words = "limit 400000 min 30000 max 90000 avpkt 1000 burst 55"
local function red(more)
  local opts = { limit = 400000, min = 30000, max = 90000, avpkt = 1000, burst = 55 }
  for key, value in pairs(more or {}) do opts[key] = value end
  return opts
end

return {
  pair = true,
  json = json,
  read = read,
  write = write,
  again = true,
  root("codel", {}, "codel", { limit = 1000, target = 0.005, interval = 0.1, ecn = false }),
  root("codel with options", { limit = 100, target = "7ms", interval = "70ms", ecn = true, ce_threshold = "2ms" },
    "codel limit 100 target 7ms interval 70ms ecn ce_threshold 2ms",
    { limit = 100, target = 0.007, interval = 0.07, ecn = true, ce_threshold = 0.002 }),
  root("fq_codel", {}, "fq_codel", { limit = 10240, flows = 1024, target = 0.005, ecn = true }),
  root("fq_codel with options",
    { limit = 2000, flows = 64, quantum = 300, target = "3ms", interval = "33ms", memory_limit = "4mb", drop_batch = 32, ecn = false },
    "fq_codel limit 2000 flows 64 quantum 300 target 3ms interval 33ms memory_limit 4mb drop_batch 32 noecn",
    { limit = 2000, flows = 64, quantum = 300, target = 0.003, interval = 0.033, memory_limit = 4194304, drop_batch = 32 }),
  root("fq_codel with a threshold", { ce_threshold = "1ms", ce_threshold_selector = 4, ce_threshold_mask = 252 },
    "fq_codel ce_threshold 1ms ce_threshold_selector 4/252",
    { ce_threshold = 0.001, ce_threshold_selector = 4, ce_threshold_mask = 252 }),
  root("pie", {}, "pie", { limit = 1000, alpha = 2, beta = 20 }),
  root("pie with options",
    { limit = 99, target = "20ms", tupdate = "30ms", alpha = 5, beta = 9, ecn = true, bytemode = true, dq_rate_estimator = true },
    "pie limit 99 target 20ms tupdate 30ms alpha 5 beta 9 ecn bytemode dq_rate_estimator",
    { limit = 99, target = 0.02, tupdate = 0.03, alpha = 5, beta = 9, ecn = true, bytemode = true, dq_rate_estimator = true }),
  root("fq by the priority of packets", {
      bands = 3, priomap = { 1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2 }, weights = { 600000, 200000, 70000 },
    }, "fq", { bands = 3, weights = { 600000, 200000, 70000 } }, newer("6.7", {})),
  root("fq that sends early by the clock of the hardware", { offload_horizon = 0 }, "fq", { offload_horizon = 0 }, newer("6.13", {})),
  root("fq", {}, "fq", { limit = 10000, flow_limit = 100, buckets = 1024, pacing = true }),
  root("fq with options",
    { limit = 500, flow_limit = 50, buckets = 256, orphan_mask = 127, quantum = "4kb", initial_quantum = "20kb", pacing = false,
      maxrate = "10mbit", refill_delay = "50ms", low_rate_threshold = "1mbit", ce_threshold = "3ms", timer_slack = "20us",
      horizon = "5s", horizon_drop = false },
    "fq limit 500 flow_limit 50 buckets 256 orphan_mask 127 quantum 4096 initial_quantum 20480 nopacing maxrate 10mbit "
      .. "refill_delay 50ms low_rate_threshold 1mbit ce_threshold 3ms timer_slack 20us horizon 5s horizon_cap",
    { limit = 500, flow_limit = 50, buckets = 256, orphan_mask = 127, quantum = 4096, initial_quantum = 20480, pacing = false,
      maxrate = 10000000, refill_delay = 0.05, low_rate_threshold = 1000000, ce_threshold = 0.003, timer_slack = 0.00002,
      horizon = 5.0, horizon_drop = false }),
  root("fq with a rate that is of no use", { defrate = "1mbit" }, "fq defrate 1mbit", {}),
  root("fq_pie",
    { limit = 500, flows = 64, target = "20ms", tupdate = "30ms", alpha = 5, beta = 9, quantum = 3000, memory_limit = "4mb",
      ecn_prob = 20, ecn = true, bytemode = true, dq_rate_estimator = true },
    "fq_pie limit 500 flows 64 target 20ms tupdate 30ms alpha 5 beta 9 quantum 3000 memory_limit 4mb ecn_prob 20 ecn bytemode "
      .. "dq_rate_estimator",
    { flows = 64, alpha = 5, ecn_prob = 20 }, { has = "tc qdisc add dev lo root fq_pie" }),
  root("ets", { bands = 5, strict = 2, quanta = { 4500, 3000, 2500 }, priomap = { 4, 3, 2, 1, 0 } },
    "ets bands 5 strict 2 quanta 4500 3000 2500 priomap 4 3 2 1 0", { bands = 5, strict = 2, quanta = { 4500, 3000, 2500 } },
    { has = "tc qdisc add dev lo root ets bands 3" }),
  root("hhf", {}, "hhf", { limit = 1000 }),
  root("hhf with options",
    { limit = 77, quantum = 3000, hh_limit = 100, reset_timeout = "50ms", admit_bytes = "100kb", evict_timeout = "2s", non_hh_weight = 3 },
    "hhf limit 77 quantum 3000 hh_limit 100 reset_timeout 50ms admit_bytes 102400 evict_timeout 2s non_hh_weight 3",
    { limit = 77, quantum = 3000, reset_timeout = 0.05, admit_bytes = 102400, evict_timeout = 2.0, non_hh_weight = 3 }),
  -- The kernel makes no more flows than a limit that is said, even where it is what there is without.
  root("sfq", {}, "sfq", { limit = 127, divisor = 1024 }, { write = again, same = { "flows" } }),
  root("sfq with options", { limit = 64, quantum = 2000, perturb = 10, divisor = 512, flows = 32, depth = 16, headdrop = true },
    "sfq limit 64 quantum 2000 perturb 10 divisor 512 flows 32 depth 16 headdrop",
    { limit = 64, quantum = 2000, perturb = 10, divisor = 512, flows = 32, depth = 16, headdrop = true }, { write = again }),
  root("sfq with red",
    { limit = 3000, headdrop = true, divisor = 1024, redflowlimit = 100000, min = 8000, max = 60000, avpkt = 1000, burst = 30,
      probability = 0.2, ecn = true, harddrop = true },
    "sfq limit 3000 headdrop divisor 1024 redflowlimit 100000 min 8000 max 60000 avpkt 1000 burst 30 probability 0.20 ecn harddrop",
    { min = 8000, max = 60000, probability = 0.2, ecn = true }, { write = again }),
  root("sfq with red by what the kernel keeps", { limit = 3000, redflowlimit = 100000, min = 8000, max = 60000, ewma = 6 },
    "sfq limit 3000 redflowlimit 100000 min 8000 max 60000 avpkt 1000 burst 30", { min = 8000, ewma = 6 }, { write = again }),
  root("red", red(), "red " .. red_words, { limit = 400000, min = 30000, max = 90000, ewma = 5, probability = 0.02 }),
  root("red by its limit", { limit = 60000, avpkt = 1000 }, "red limit 60000 avpkt 1000", { min = 5000, max = 15000 }),
  root("red with options", red { probability = 0.1, bandwidth = "2mbit", ecn = true, harddrop = true, adaptive = true, nodrop = true },
    "red " .. red_words .. " probability 0.1 bandwidth 2mbit ecn harddrop adaptive nodrop",
    { probability = 0.1, ecn = true, harddrop = true, adaptive = true, nodrop = true }),
  root("red with events", red { ecn = true, qevent_early_drop = 10, qevent_mark = 11 },
    "red " .. red_words .. " ecn qevent early_drop block 10 qevent mark block 11", { qevent_early_drop = 10, qevent_mark = 11 },
    { write = again }),
  root("red and what it counts", red(), "red " .. red_words, { counted = { early = 0, pdrop = 0, other = 0, marked = 0, drops = 0 } }, {
    json = "tc -s -json qdisc show dev v0",
    read = function(ns)
      local records = read(ns)
      for _, record in ipairs(records) do record.counted = record.stats end
      return records
    end,
    write = false, again = false,
  }),
  root("choke", { limit = 1000, bandwidth = "10mbit" }, "choke limit 1000 bandwidth 10mbit", { limit = 1000, min = 83, max = 250 }),
  root("choke with options", { limit = 500, min = 50, max = 150, burst = 80, avpkt = 500, probability = "5%", bandwidth = "1mbit", ecn = true },
    "choke limit 500 min 50 max 150 burst 80 avpkt 500 probability 0.05 bandwidth 1mbit ecn",
    { limit = 500, min = 50, max = 150, probability = 0.05, ecn = true }),
  root("gred", { vqs = 3, default = 1, grio = true, limit = "60kb" }, "gred setup vqs 3 default 1 grio limit 61440",
    { vqs = 3, default = 1, grio = true, limit = 61440 }),
  {
    "a queue of gred",
    needs = { "sch_gred" },
    before = "tc qdisc add dev v0 root handle 1: gred setup vqs 3 default 2 grio",
    make = function(ns)
      ns:qdisc_replace("v0", { kind = "gred", vq = 2, prio = 3, limit = "60kb", min = "15kb", max = "25kb", burst = 20, avpkt = 1000, bandwidth = "10mbit", probability = "2%" })
    end,
    tool = "tc qdisc change dev v0 root gred vq 2 prio 3 limit 60kb min 15kb max 25kb burst 20 avpkt 1000 bandwidth 10mbit probability 0.02",
    want = { { queues = { { vq = 2, prio = 3, limit = 61440, min = 15360, max = 25600, probability = 0.02 } } } },
    again = false,
  },
  {
    "a queue of gred by what the kernel keeps",
    needs = { "sch_gred" },
    before = "tc qdisc add dev v0 root handle 1: gred setup vqs 3 default 2",
    make = function(ns)
      ns:qdisc_replace("v0", { kind = "gred", vq = 1, limit = 60000, min = 15000, max = 25000, ewma = 3, Scell_log = 13, ecn = true, harddrop = true })
    end,
    tool = "tc qdisc change dev v0 root gred vq 1 limit 60000 min 15000 max 25000 burst 20 avpkt 1000 bandwidth 10mbit ecn harddrop",
    want = { { queues = { { vq = 1, min = 15000, max = 25000, ewma = 3, Scell_log = 13, ecn = true, harddrop = true } } } },
    again = false,
  },
  root("choke by what the kernel keeps", { limit = 500, min = 50, max = 150, ewma = 6, Scell_log = 16 },
    "choke limit 500 min 50 max 150 burst 80 bandwidth 10mbit", { limit = 500, ewma = 6, Scell_log = 16 }),
  root("red by what the kernel keeps", { limit = 400000, min = 30000, max = 90000, ewma = 5, Scell_log = 15 }, "red " .. red_words,
    { limit = 400000, ewma = 5 }),
  root("sfb", {}, "sfb", { rehash = 600.0, db = 60.0, max = 25, target = 20, penalty_rate = 10, penalty_burst = 20 }),
  root("sfb with options",
    { rehash = "300s", db = 30, limit = 200, max = 30, target = 22, increment = "0.1%", decrement = 0.0001, penalty_rate = 5, penalty_burst = 9 },
    "sfb rehash 300000 db 30000 limit 200 max 30 target 22 increment 0.001 decrement 0.0001 penalty_rate 5 penalty_burst 9",
    { rehash = 300.0, db = 30.0, limit = 200, max = 30, target = 22, increment = 0.001, decrement = 0.0001, penalty_rate = 5, penalty_burst = 9 }),
  root("prio", {}, "prio", { bands = 3 }),
  root("prio with options", { bands = 4, priomap = { 3, 2, 1, 0 } }, "prio bands 4 priomap 3 2 1 0",
    { bands = 4, priomap = { 3, 2, 1, 0, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 } }),
  root("multiq", {}, "multiq", { bands = 4 }, { pair = false, before = queues, json = text }),
  root("mqprio", { num_tc = 2, map = { 0, 1 }, queues = { "1@0", "3@1" }, hw = false }, "mqprio num_tc 2 map 0 1 queues 1@0 3@1 hw 0",
    { num_tc = 2, queues = { "1@0", "3@1" }, hw = false }, { pair = false, before = queues, write = again }),
  root("taprio", {
      num_tc = 2, map = { 1, 0 }, queues = { "1@0", "1@1" }, base_time = 1000000000, clockid = "CLOCK_TAI",
      sched_entry = { { cmd = "S", gatemask = 1, interval = "300us" }, { cmd = "S", gatemask = 3, interval = "700us" } },
    },
    "taprio num_tc 2 map 1 0 queues 1@0 1@1 base-time 1000000000 sched-entry S 01 300000 sched-entry S 03 700000 clockid CLOCK_TAI",
    { num_tc = 2, clockid = "TAI", sched_entry = { { cmd = "S", gatemask = 1, interval = 0.0003 }, { gatemask = 3, interval = 0.0007 } } },
    { pair = false, before = queues .. "; ip link set v0 up; ip link set v1 up", write = again, same = { "base_time" } }),
  root("taprio with a longer cycle", {
      num_tc = 2, map = { 1, 0 }, queues = { "1@0", "1@1" }, base_time = 1000000000, clockid = "TAI", cycle_time = "2ms",
      cycle_time_extension = "100us", sched_entry = { { cmd = "S", gatemask = 1, interval = "300us" } },
    },
    "taprio num_tc 2 map 1 0 queues 1@0 1@1 base-time 1000000000 cycle-time 2000000 cycle-time-extension 100000 "
      .. "sched-entry S 01 300000 clockid CLOCK_TAI",
    { cycle_time = 0.002, cycle_time_extension = 0.0001 },
    { pair = false, before = queues .. "; ip link set v0 up; ip link set v1 up", write = again, same = { "base_time" } }),
  root("taprio by the times of packets", {
      num_tc = 2, map = { 1, 0 }, queues = { "1@0", "1@1" }, base_time = 1000000000, clockid = "TAI", flags = 1, txtime_delay = "200us",
      sched_entry = { { cmd = "S", gatemask = 1, interval = "300us" } },
    },
    "taprio num_tc 2 map 1 0 queues 1@0 1@1 base-time 1000000000 sched-entry S 01 300000 flags 0x1 txtime-delay 200000 clockid CLOCK_TAI",
    { flags = 1, txtime_delay = 0.0002 },
    { pair = false, before = queues .. "; ip link set v0 up; ip link set v1 up", write = again, same = { "base_time" } }),
  root("taprio with longest packets", {
      num_tc = 2, map = { 1, 0 }, queues = { "1@0", "1@1" }, base_time = 1000000000, clockid = "TAI", max_sdu = { 0, 200 },
      sched_entry = { { cmd = "S", gatemask = 1, interval = "300us" } },
    },
    "taprio", { max_sdu = { 0, 200 } }, newer("6.1", {
      pair = false, before = queues .. "; ip link set v0 up; ip link set v1 up", write = again, same = { "base_time" },
    })),
  root("taprio whose frames do not give way", {
      num_tc = 2, map = { 1, 0 }, queues = { "1@0", "1@1" }, base_time = 1000000000, clockid = "TAI", fp = { "E", "E" },
      sched_entry = { { cmd = "S", gatemask = 1, interval = "300us" } },
    }, "taprio", { fp = { "E", "E" } }, newer("6.4", {
      pair = false, before = queues .. "; ip link set v0 up; ip link set v1 up", write = again, same = { "base_time" },
    })),
  root("taprio whose frames give way, without hardware", {
      num_tc = 2, map = { 1, 0 }, queues = { "1@0", "1@1" }, base_time = 1000000000, clockid = "TAI", fp = { "P", "E" },
      sched_entry = { { cmd = "S", gatemask = 1, interval = "300us" } },
    }, "taprio", {}, newer("6.4", {
      pair = false, before = queues .. "; ip link set v0 up; ip link set v1 up",
      fails = { code = "EOPNOTSUPP", kernel = "Preemption only supported with full offload" },
    })),
  root("etf", { clockid = "TAI", delta = "100us", skip_sock_check = true }, "etf clockid CLOCK_TAI delta 100000 skip_sock_check",
    { clockid = "TAI", delta = 0.0001, skip_sock_check = true }, { write = again }),
  root("etf with a deadline", { clockid = "TAI", delta = "100us", deadline_mode = true }, "etf clockid CLOCK_TAI delta 100000 deadline_mode",
    { clockid = "TAI", delta = 0.0001, deadline_mode = true }, { write = again }),
  by_hardware("etf", { clockid = "TAI", delta = "100us", offload = true }, "etf clockid CLOCK_TAI delta 100000 offload",
    { offload = true }),
  by_hardware("cbs", { idleslope = 98688, offload = true }, "cbs idleslope 98688 offload 1", { offload = true }),
  by_hardware("htb", { offload = true }, "htb offload", { offload = true }),
  by_hardware("mqprio",
    { num_tc = 2, map = { 0, 1 }, queues = { "1@0", "3@1" }, hw = true, mode = "channel", shaper = "bw_rlimit",
      min_rate = { "1mbit", "2mbit" }, max_rate = { "4mbit", "5mbit" }, fp = { "E", "P" } },
    "mqprio num_tc 2 map 0 1 queues 1@0 3@1 hw 1 mode channel shaper bw_rlimit min_rate 1mbit 2mbit max_rate 4mbit 5mbit",
    { mode = "channel" }),
  root("cbs", { idleslope = 98688, sendslope = -901312, hicredit = 153, locredit = -1389 },
    "cbs idleslope 98688 sendslope -901312 hicredit 153 locredit -1389 offload 0",
    { idleslope = 98688, sendslope = -901312, hicredit = 153, locredit = -1389, offload = false }),
  root("skbprio", { limit = 99 }, "skbprio limit 99", { limit = 99 }),
  root("teql0", {}, "teql0", {}, { needs = { "sch_teql" } }),
  root("plug", { limit = "32kb" }, "plug limit 32768", {}),
  {
    "plug, released",
    needs = { "sch_plug" },
    before = "tc qdisc add dev v0 root handle 1: plug",
    make = function(ns) ns:qdisc_replace("v0", { kind = "plug", action = "release_indefinite" }) end,
    tool = "tc qdisc change dev v0 root plug release_indefinite",
    want = { { kind = "plug" } },
  },
  root("hfsc", { default = "1f" }, "hfsc default 1f", { default = "1f" }, { json = text }),
  root("drr", {}, "drr", {}, { write = again }),
  root("qfq", {}, "qfq", {}, { write = again }),
  root("cake", {}, "cake", { bandwidth = "unlimited", diffserv = "diffserv3", flowmode = "triple-isolate", rtt = 0.1, atm = "noatm" }),
  root("cake with options",
    { bandwidth = "20mbit", diffserv = "diffserv8", flowmode = "dual-dsthost", nat = true, wash = true, ingress = true,
      ack_filter = "aggressive", split_gso = false, rtt = "metro", overhead = -4, mpu = 64, atm = "atm", memlimit = "32mb", fwmark = 255 },
    "cake bandwidth 20mbit diffserv8 dual-dsthost nat wash ingress ack-filter-aggressive no-split-gso metro overhead -4 mpu 64 atm "
      .. "memlimit 32mb fwmark 0xff",
    { bandwidth = 20000000, diffserv = "diffserv8", flowmode = "dual-dsthost", nat = true, wash = true, ingress = true,
      ack_filter = "aggressive", split_gso = false, rtt = 0.01, overhead = -4, mpu = 64, atm = "atm", memlimit = 33554432, fwmark = 255 }),
  root("cake by a round trip", { bandwidth = "1gbit", rtt = "50ms", diffserv = "besteffort", framing = "docsis" },
    "cake bandwidth 1gbit rtt 50ms besteffort docsis", { rtt = 0.05, target = 0.0025, overhead = 18, mpu = 64, framing = "docsis" }),
  root("cake by how long a packet may wait", { rtt = "100ms", target = "5ms" }, "cake rtt 100ms", { rtt = 0.1, target = 0.005 }),
  root("cake, raw", { autorate_ingress = true, raw = true, framing = nil }, "cake autorate-ingress raw", { raw = true, autorate_ingress = true }),
  root("stab", { kind = "pfifo", stab = { overhead = 20, mpu = 64, linklayer = "atm", mtu = 1500 } }, "x",
    { stab = { overhead = 20, mpu = 64, linklayer = "atm", mtu = 1500 } },
    { needs = { "sch_tbf" }, json = text,
      tool = "tc qdisc add dev v0 root handle 1: stab overhead 20 mpu 64 linklayer atm mtu 1500 pfifo" }),
  root("stab on Ethernet", { kind = "pfifo", stab = { overhead = 24 } }, "x", { stab = { overhead = 24 } },
    { needs = { "sch_tbf" }, json = text, tool = "tc qdisc add dev v0 root handle 1: stab overhead 24 pfifo" }),
  root("estimator", { kind = "pfifo", estimator = { interval = "250ms", time_constant = "1s" } }, "x", { measured = 0, pps = 0 },
    { needs = { "sch_tbf" }, json = text,
      read = function(ns)
        local records = read(ns)
        for _, record in ipairs(records) do record.measured, record.pps = record.stats.rate, record.stats.pps end
        return records
      end,
      write = false, again = false, tool = "tc qdisc add dev v0 root handle 1: estimator 250ms 1s pfifo" }),
  {
    "blocks of filters",
    needs = { "sch_ingress", "cls_matchall" },
    make = function(ns) ns:qdisc_add("v0", { kind = "clsact", ingress_block = 21, egress_block = 22 }) end,
    tool = "tc qdisc add dev v0 ingress_block 21 egress_block 22 clsact",
    read = function(ns) return ns:qdisc_list("v0", { kind = "clsact" }) end,
    want = { { kind = "clsact", ingress_block = 21, egress_block = 22 } },
    write = again,
  },
  {
    "a kind that this kernel lacks",
    lacks = "tc qdisc add dev lo root fq_pie",
    needs = { "sch_tbf" },
    make = function(ns) ns:qdisc_add("v0", { kind = "fq_pie", limit = 100, flows = 16 }) end,
    tool = "tc qdisc add dev v0 root fq_pie limit 100 flows 16",
    fails = {
      code = "EOPNOTSUPP", object = "v0", message = 'this kernel has no qdisc "fq_pie"',
      hint = "modprobe sch_fq_pie` (CONFIG_NET_SCH_FQ_PIE)",
    },
  },
  {
    "what the kernel says of a refusal",
    needs = { "sch_prio" },
    make = function(ns) ns:qdisc_add("v0", { kind = "prio", bands = 1 }) end,
    tool = "tc qdisc add dev v0 root prio bands 1",
    fails = { code = "EINVAL", object = "v0" },
  },
}
