netns.add "ns0"
netns.maddr_add("ns0/lo", "01:00:5e:00:00:05")
