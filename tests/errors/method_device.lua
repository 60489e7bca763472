local ns <close> = netns.add "ns0"
ns:link_set("ns0/lo", { up = true })
