netns.add "ns0"
netns.ethtool_set("ns0/lo", { features = { tx_gso_lst = true } })
