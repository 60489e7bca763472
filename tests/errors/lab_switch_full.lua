local net <close> = lab.new()
local sw = net:switch "sw"
for i = 1, 1024 do
  net:link(net:host("h" .. i), sw)
end
net:up()
