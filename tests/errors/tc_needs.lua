netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "netem", delay = "10ms", distribution = "normal" })
