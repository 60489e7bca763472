local net <close> = lab.new()
net:host "h1"
net:router "r1"
net:link("h1", "r2")
