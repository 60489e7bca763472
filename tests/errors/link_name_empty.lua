netns.add "ns0"
netns.link_add("ns0/", { type = "bridge" })
