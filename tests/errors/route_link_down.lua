netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1")
netns.route_add("ns0", "10.0.0.0/8", { dev = "veth0" })
