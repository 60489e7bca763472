-- before: ip link add br0 type bridge
netns.mdb_add("br0", "239.1.1")
