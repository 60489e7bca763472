netns.add "ns0"
netns.filter_add("ns0/lo", { kind = "matchall", parent = "1:" })
