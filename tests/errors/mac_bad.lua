netns.add "ns0"
netns.link_set("ns0/lo", { mac = "02:00:00:00:01" })
