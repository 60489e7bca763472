-- before: mkdir /run/elsewhere; ln -s /run/elsewhere /run/netns
netns.add "ns0"
