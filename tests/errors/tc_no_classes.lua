netns.add "ns0"
netns.class_add("ns0/lo", { kind = "pfifo", classid = "1:1" })
