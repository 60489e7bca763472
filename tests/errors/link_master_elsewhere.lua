netns.add "ns0"
netns.add "ns1"
netns.link_add("ns1/br0", { type = "bridge" })
netns.veth("ns0/veth0", "ns1/veth1")
netns.link_set("ns0/veth0", { master = "ns1/br0" })
