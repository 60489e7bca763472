netns.add "ns0"
netns.add "ns1"
netns.ping("ns0", "ns1")
