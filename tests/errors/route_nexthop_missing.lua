netns.add "ns0"
netns.route_add("ns0", "10.0.0.0/8", { nhid = 7 })
