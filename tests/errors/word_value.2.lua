netns.add "ns0"
netns.rule_add("ns0", { from = "10.0.0.0/8", table = "mian" })
