local net <close> = lab.new()
local h1, sw = net:host "h1", net:switch "sw"
net:link(h1, sw, { b = { name = "br0" } })
net:up()
