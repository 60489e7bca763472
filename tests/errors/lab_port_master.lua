local net <close> = lab.new()
local s = net:switch("s", { devices = { { name = "red", type = "bridge" } } })
net:link(s, net:host "b", { a = { master = "red" } })
net:up()
