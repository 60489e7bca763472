local net <close> = lab.new()
net:link(net:host "a", net:switch "s", { a = { vlan = 4095 } })
net:up()
