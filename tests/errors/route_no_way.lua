netns.add "ns0"
netns.route_get("ns0", "10.0.0.1")
