netns.add "ns0"
netns.throughput("ns0", "ns0", { udp = true, parallel = 4 })
