local ns0 = netns.add "ns0"
ns0:link_sett("lo", { up = true })
