netns.add "ns0"
netns.addr_add("ns0/lo", "10.0.0.256/24")
