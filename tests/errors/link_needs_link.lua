netns.link_add("eth0.10", { type = "vlan" })
