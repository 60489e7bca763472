netns.add "ns0"
print(netns.link_set("ns0/lo", { alias = ("x"):rep(255) }))
netns.link_set("ns0/lo", { alias = ("x"):rep(256) })
