netns.link_get "ns0/eth0/1"
