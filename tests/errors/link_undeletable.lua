netns.add "ns0"
netns.link_delete "ns0/lo"
