netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "tbf", rate = "50%", burst = "16kb", latency = "50ms" })
