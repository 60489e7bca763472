netns.add "ns0"
netns.veth("ns0/v0", "ns0/v1")
netns.qdisc_add("ns0/v0", { kind = "htb" })
netns.qdisc_add("ns0/v0", { kind = "htb" })
