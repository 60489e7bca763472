netns.add "ns0"
netns.veth("ns0/v0", "ns0/v1")
netns.route_add("ns0", "10.0.0.0/8", { dev = "v0", vrf = "v1" })
