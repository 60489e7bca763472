left = netns.add "ns0"
netns.link_list(letf)
