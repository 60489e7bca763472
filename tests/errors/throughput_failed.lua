local a <close> = netns.add()
netns.veth("x", a:link "y", { up = true, b = { ip = "10.9.0.1/24" } })
netns.throughput(nil, a)
