-- before: mount -t tmpfs -o ro none /run
netns.add "ns0"
