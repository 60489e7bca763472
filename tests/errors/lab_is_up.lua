local net <close> = lab.new()
net:link(net:host "h1", net:host "h2")
net:up()
net:up()
