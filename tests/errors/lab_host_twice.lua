local net = lab.new()
local r1, r2 = net:router "r1", net:router "r2"
net:link(r1, "/eth1")
net:link(r2, "/eth1")
net:up()
