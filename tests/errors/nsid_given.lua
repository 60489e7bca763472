netns.add "ns0"
netns.set("ns0", 5)
netns.set("ns0", 6)
