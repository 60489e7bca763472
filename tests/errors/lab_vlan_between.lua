local net <close> = lab.new()
net:link(net:switch "s", net:switch "t", { a = { vlan = 10 } })
net:up()
