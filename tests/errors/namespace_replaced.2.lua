local ns0 = netns.add "ns0"
os.execute "ip netns del ns0; ip netns add ns0"
ns0:delete()
