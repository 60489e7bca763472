netns.add "ns0"
netns.masquerade("ns0", "/lo")
