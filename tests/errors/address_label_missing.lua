netns.add "ns0"
netns.addrlabel_add("ns0", "2001:db8::/32", {})
