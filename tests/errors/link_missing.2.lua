netns.add "ns0"
netns.addr_add("ns0/eth0", "10.0.0.1/24")
