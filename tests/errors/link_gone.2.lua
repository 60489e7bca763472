local ns0 = netns.add "ns0"
local left = netns.veth("ns0/veth0", "ns0/veth1")
netns.spawn(nil, "sleep 0.1; ip -n ns0 link del veth0")
left:wait({ up = true }, 5)
