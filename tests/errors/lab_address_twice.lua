local net <close> = lab.new()
local sw, h1, h2 = net:switch "sw", net:host "h1", net:host "h2"
net:link(h1, sw, { a = { ip = "10.1.0.1/24" } })
net:link(h2, sw, { a = { ip = "10.1.0.1/24" } })
net:up()
