local net <close> = lab.new()
local cable = net:link(net:host "h1", net:host "h2")
net:remove(cable)
net:remove(cable)
