local net = lab.new()
net:switch("s1", { stp = true })
net:router("r1", { stp = true })
