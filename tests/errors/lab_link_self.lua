local net <close> = lab.new()
local h1 = net:host "h1"
net:link(h1, h1)
net:plan()
