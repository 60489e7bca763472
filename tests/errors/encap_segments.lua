netns.add "ns0"
netns.veth("ns0/v0", "ns0/v1", { up = true })
netns.route_add("ns0", "2001:db8::/32", { dev = "v0", encap = { type = "seg6" } })
