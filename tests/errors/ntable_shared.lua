netns.add "ns0"
netns.ntable_change("ns0", "arp_cache", { thresh3 = 4096 })
