local net <close> = lab.new()
local h1, sw = net:host "h1", net:switch "sw"
net:link(h1, sw, { b = { ip = "10.0.0.1/24" } })
net:up()
