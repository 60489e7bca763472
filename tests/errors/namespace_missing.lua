netns.add "ns0"
netns.add "ns1"
netns.addr_add("sn1/veth1", "10.0.0.2/24")
