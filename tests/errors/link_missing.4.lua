netns.add "ns0"
netns.link_get "ns0"
