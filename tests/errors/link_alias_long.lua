local net = lab.new()
net:link(net:host "h1", net:host "h2", { a = { alias = ("x"):rep(256) } })
