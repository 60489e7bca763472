local net <close> = lab.new()
local a = net:host "a"
net:link(a, net:router "r", { a = { nat = true } })
net:up()
