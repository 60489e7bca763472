netns.add "ns0"
netns.add "ns1"
netns.set("ns0", 5)
netns.set("ns1", 5)
