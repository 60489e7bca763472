netns.add "ns0"
netns.link_add("ns0/m0", { type = "macvlan", link = "lo" })
