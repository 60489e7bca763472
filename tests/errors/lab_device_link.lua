local net = lab.new()
local a = net:host("a", { devices = { { name = "m0", type = "macvlan", link = "eth1" } } })
net:link(a, net:host "b")
net:up()
