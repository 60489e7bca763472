local net <close> = lab.new()
local h1 = net:host "h1"
net:remove "h1"
print(h1.kind)
