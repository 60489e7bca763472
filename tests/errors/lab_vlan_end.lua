local net <close> = lab.new()
net:link(net:host "a", net:host "b", { a = { vlan = 10 } })
net:up()
