netns.add "ns0"
netns.exec("ns0", "echo no more today >&2; exit 3", { check = true, capture = true })
