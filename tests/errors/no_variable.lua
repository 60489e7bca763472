local host = netns.add "ns0"
hots:link_list()
