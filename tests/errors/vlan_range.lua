-- before: ip link add br0 type bridge
netns.bridge_vlan_add("br0", "20-10")
