netns.add "ns0"
netns.route_add("ns0", "10.0.0.1/24", { dev = "lo" })
