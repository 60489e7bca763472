netns.add "ns0"
netns.add "ns1"
netns.link_add("ns0/br0", { type = "bridge" })
netns.link_set("ns0/br0", { netns = "ns1" })
