netns.add "ns0"
netns.link_set("ns0/lo", { up = true, down = true })
