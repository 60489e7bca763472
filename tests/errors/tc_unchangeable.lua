netns.add "ns0"
netns.veth("ns0/x", "ns0/y")
netns.qdisc_add("ns0/x", { kind = "htb", default = "10" })
netns.qdisc_change("ns0/x", { default = "20" })
