netns.add "ns0"
netns.routes_add("ns0", { { via = "10.0.0.1" } })
