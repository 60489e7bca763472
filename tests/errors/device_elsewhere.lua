netns.add "ns0"
netns.add "ns1"
netns.route_add("ns0", "default", { dev = "ns1/lo" })
