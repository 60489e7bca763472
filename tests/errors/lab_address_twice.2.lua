local net <close> = lab.new()
local h2 = net:host("h2", { addresses = { "192.0.2.1/32" } })
local h1 = net:host "h1"
net:link(h1, h2, { a = { ip = "192.0.2.1/32" } })
net:up()
