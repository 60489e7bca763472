-- before: ip link add veth0 type veth peer name veth1
netns.mdb_add("veth0", "239.1.1.1")
