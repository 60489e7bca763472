netns.add "ns0"
netns.sysctl("ns0", "net.ipv4.route.flush")
