netns.add "ns0"
netns.addrlabel_add("ns0", "10.0.0.0/8", { label = 99 })
