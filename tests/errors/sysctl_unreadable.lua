netns.add "ns0"
netns.sysctl("ns0", "net.ipv6.conf.lo.stable_secret")
