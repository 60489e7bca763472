netns.add "ns0"
netns.link_wait("ns0/lo", { mtuu = 1400 })
