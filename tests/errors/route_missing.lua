netns.add "ns0"
netns.route_delete("ns0", "10.0.0.0/8")
