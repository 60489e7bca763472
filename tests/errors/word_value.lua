netns.add "ns0"
netns.link_add("ns0/br0", { type = "bridge", stp_state = "maybe" })
