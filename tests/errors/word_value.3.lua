netns.add "ns0"
netns.filter_add("ns0/lo", { kind = "u32", parent = "1:", match = { "ip df", "ip ttl 3" } })
