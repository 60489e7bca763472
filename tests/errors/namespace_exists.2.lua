local first = netns.add "ns0"
netns.attach("ns0", first)
