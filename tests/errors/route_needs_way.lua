netns.add "ns0"
netns.route_add("ns0", "default", {})
