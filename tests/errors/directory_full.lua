-- before: mount -t tmpfs -o nr_inodes=4 none /run; ip netns add ns0; touch /run/x
netns.add "ns1"
