netns.add "ns0"
netns.ethtool_set("ns0/lo", { features = { ["rx-lro"] = true } })
