local net <close> = lab.new()
local h1 = net:host("h1", { routes = { { dst = "192.0.2.0/24", via = "172.16.0.1", dev = "eth0" } } })
net:link(h1, net:router "r1")
net:up()
