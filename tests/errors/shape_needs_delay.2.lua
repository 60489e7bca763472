local net = lab.new()
net:link(net:host "a", net:host "b", { loss = "1%", b = { reorder = 0.25 } })
