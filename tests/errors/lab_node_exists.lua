local net <close> = lab.new()
net:host "h1"
net:router "h1"
