local net <close> = lab.new()
local h1, r1 = net:host "h1", net:router "r1"
net:remove(h1)
net:link(h1, r1)
