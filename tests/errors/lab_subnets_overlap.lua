local net <close> = lab.new()
local h1, r1, h2 = net:host "h1", net:router "r1", net:host "h2"
net:link(h1, r1, { subnet = "10.1.0.0/16" })
net:link(r1, h2, { subnet = "10.1.2.0/24" })
net:up()
