local net <close> = lab.new()
local h1, h2 = net:host "h1", net:host "h2"
net:link(h1, h2, { a = { ip = "10.1.0.255/24" } })
net:up()
