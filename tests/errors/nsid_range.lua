netns.add "ns0"
netns.set("ns0", -7)
