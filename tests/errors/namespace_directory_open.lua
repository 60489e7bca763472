-- before: mkdir -m 777 /run/netns
netns.add "ns0"
