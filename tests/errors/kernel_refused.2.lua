netns.add "ns0"
netns.nexthop_add("ns0", 7, { group = { 5, 6 } })
