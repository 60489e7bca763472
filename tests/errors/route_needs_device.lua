netns.add "ns0"
netns.route_add("ns0", "10.5.0.0/16", { via = "fe80::1" })
