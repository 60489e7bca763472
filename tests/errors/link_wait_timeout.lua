netns.add "ns0"
netns.veth("ns0/veth0", "ns0/veth1")
netns.link_wait("ns0/veth0", { up = true }, "50ms")
