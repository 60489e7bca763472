local net <close> = lab.new()
local sw, h1, h2 = net:switch "sw", net:host "h1", net:host "h2"
net:link(h1, sw, { a = { mac = "02:00:00:00:00:99" } })
net:link(h2, sw, { a = { mac = "02:00:00:00:00:99" } })
net:up()
