netns.add "ns0"
netns.link_set("ns0/lo", { up = true })
netns.route_get("ns0", "10.0.0.1", { iif = "lo" })
