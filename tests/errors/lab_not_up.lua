local net <close> = lab.new()
net:link(net:host "h1", net:host "h2")
net:ping("h1", "h2")
