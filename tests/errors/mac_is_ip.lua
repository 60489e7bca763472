netns.add "ns0"
netns.link_set("ns0/lo", { address = "10.0.0.1/24" })
