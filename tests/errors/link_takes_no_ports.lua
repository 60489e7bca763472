netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1")
netns.link_set("ns0/veth0", { master = "veth1" })
