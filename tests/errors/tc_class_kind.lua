netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "htb", handle = "1:" })
netns.class_add("ns0/lo", { kind = "hfsc", classid = "1:1", parent = "1:", sc = { rate = "1mbit" } })
