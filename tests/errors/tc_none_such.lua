netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "clsact" })
netns.chain_delete("ns0/lo", { ingress = true, chain = 5 })
