-- Two switches with a trunk between them; prints who answers whom.
local net <close> = lab.new()
local s, t = net:switch "s", net:switch "t"
net:link(s, t, { a = { trunk = { 10, 20 } } })
for i = 1, 2 do
  net:link(net:host("a" .. i), i == 1 and s or t, { a = { vlan = 10 } })
  net:link(net:host("b" .. i), i == 1 and s or t, { a = { vlan = 20 } })
  net:link(net:host("c" .. i), i == 1 and s or t)
end
local r = net:router "r"
net:link(r, s, { a = { vlan = 10 } })
net:link(r, t, { a = { vlan = 20 } })
net:up()
local a1, b2 = net.nodes.a1, net.nodes.b2
print("same", net:ping("a1", "a2").received, net:ping("b1", "b2").received)
print("routed", net:ping("a1", "b2").received, net:ping("b1", "a2").received)
print("own", net:ping("c1", "c2", { timeout = 0.2 }).received)
b2:addr_add("eth0", "10.0.0.6/29")
print("apart", a1:ping("10.0.0.6", { timeout = 0.2 }).received)
print("ports", (s:output "bridge -j vlan show"):gsub("%s", ""))
