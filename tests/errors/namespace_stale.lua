-- before: mkdir -m 755 /run/netns; install -m 0 /dev/null /run/netns/ns0; touch -d '1 min ago' /run/netns/ns0
print(netns.add "ns0")
