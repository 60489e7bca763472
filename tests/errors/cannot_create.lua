-- before: touch /run/netns
netns.add "ns0"
