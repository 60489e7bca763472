netns.add "ns0"
netns.rule_add("ns0", {})
