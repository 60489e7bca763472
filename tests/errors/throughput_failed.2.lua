netns.add "ns0"
netns.throughput("ns0", nil, { address = "10.9.0.9" })
