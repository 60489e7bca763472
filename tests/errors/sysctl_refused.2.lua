netns.add "ns0"
netns.sysctl("ns0", "net.ipv4.tcp_congestion_control", "renoo")
