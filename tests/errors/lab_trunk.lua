local net <close> = lab.new()
net:link(net:router "r", net:switch "s", { a = { trunk = { 10, 20 } } })
net:up()
