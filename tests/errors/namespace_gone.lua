local ns0 = netns.add "ns0"
os.execute "ip netns del ns0"
ns0:link_add("br0", { type = "bridge" })
