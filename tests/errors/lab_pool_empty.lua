local net <close> = lab.new { subnets = "10.1.0.0/30" }
local r1 = net:router "r1"
for i = 1, 3 do
  net:link(net:host("h" .. i), r1)
end
net:up()
