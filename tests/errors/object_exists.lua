netns.add "ns0"
netns.veth("ns0/v0", "ns0/v1")
netns.neigh_add("ns0/v0", "10.0.0.1", { lladdr = "02:00:00:00:00:01" })
netns.neigh_add("ns0/v0", "10.0.0.1", { lladdr = "02:00:00:00:00:01" })
