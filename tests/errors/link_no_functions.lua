netns.add "ns0"
netns.veth("ns0/v0", "ns0/v1")
netns.link_set("ns0/v0", { vf = { { vf = 0, mac = "02:00:00:00:00:01" } } })
