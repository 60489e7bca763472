local net <close> = lab.new()
local a = net:host("a", { devices = { { name = "red", type = "bridge" } } })
net:link(a, net:host "b", { a = { master = "redd" } })
net:up()
