netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1", { up = true })
netns.addr_add("ns0/veth0", "10.0.0.1/24")
netns.route_add("ns0", "default", { via = "192.168.1.1" })
