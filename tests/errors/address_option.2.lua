netns.add "ns0"
netns.link_set("ns0/lo", { addrgenmode = "eui46" })
