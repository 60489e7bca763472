-- before: ip link add veth0 type veth peer name veth1
netns.fdb_add("veth0", "02:00:00:00:00:02", { vlan = 7 })
