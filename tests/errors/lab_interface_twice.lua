local net <close> = lab.new()
local h1, r1, r2 = net:host "h1", net:router "r1", net:router "r2"
net:link(h1, r1, { a = { name = "up" } })
net:link(h1, r2, { a = { name = "up" } })
net:up()
