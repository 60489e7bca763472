netns.add "ns0"
netns.veth("ns0/a", "ns0/b")
netns.ethtool_set("ns0/a", { channels = { rx = 64 } })
