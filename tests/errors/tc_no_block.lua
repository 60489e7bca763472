netns.add "ns0"
netns.filter_add("ns0", { block = 22, kind = "u32", match = { "ip df" } })
