netns.add "ns0"
netns.add "ns1"
netns.link_add("ns1/eth0", { type = "bridge" })
netns.veth("ns0/eth0", "ns1/eth0")
