netns.add "ns0"
netns.throughput("ns0", "ns0", { rate = "10mbit" })
