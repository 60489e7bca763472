-- A router with a VRF that two of its three ends are ports of; prints who answers whom.
local net <close> = lab.new { routing = "default" }
local r = net:router("r", { devices = { { name = "red", type = "vrf", table = 10 } } })
for i = 1, 3 do
  net:link(net:host("h" .. i), r, { b = { master = i < 3 and "red" or nil } })
end
net:up()
print("inside", net:ping("h1", "h2").received)
print("outside", net:ping("h1", "h3", { timeout = 0.2 }).received)
local red = r:link_get "red"
print("red", red.kind or red.type, red.table, red.up)
print("routes", #r:route_list { table = 10, proto = "kernel" })
print("diff", net:diff())
