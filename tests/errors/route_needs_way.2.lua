netns.add "ns0"
netns.route_add("ns0", "2001:db8::/32", { metric = 7 })
