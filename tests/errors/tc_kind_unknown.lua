netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "fifo", limit = 10 })
