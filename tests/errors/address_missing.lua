netns.add "ns0"
netns.addr_add("ns0/lo", "10.0.0.1/24")
netns.addr_delete("ns0/lo", "10.0.0.1/16")
