netns.add "ns0"
netns.ethtool_set("ns0/lo", { rings = { rx = 64 } })
