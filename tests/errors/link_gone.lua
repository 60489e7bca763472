local ns0 = netns.add "ns0"
local left, right = netns.veth("ns0/veth0", "ns0/veth1")
os.execute "ip -n ns0 link del veth0; ip -n ns0 link add veth0 type veth peer name veth1"
left:set { up = true }
