local net <close> = lab.new()
local sw = net:switch("sw", { subnet = "10.1.0.0/30" })
for i = 1, 3 do
  net:link(net:host("h" .. i), sw)
end
net:up()
