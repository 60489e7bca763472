local net <close> = lab.new()
local h1, h2 = net:host "h1", net:host "h2"
net:link(h1, h2, { a = { mac = "01:00:5e:00:00:01" } })
net:up()
