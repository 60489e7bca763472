netns.add "ns0"
netns.link_add("ns0/br0", { type = "bridge" })
netns.shape("ns0/br0", { jitter = "1ms" })
