netns.add "ns0"
netns.veth("ns0/v0", "ns0/v1", { up = true })
netns.neigh_delete("ns0/v0", "10.0.0.1")
