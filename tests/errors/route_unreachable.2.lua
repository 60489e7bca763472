netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1", { up = true })
netns.route_add("ns0", "default", { via = "2001:db8::1" })
