-- dual-stack.lua: IPv4 and IPv6 side by side, assigned from pools of the program's choice.
--
-- Shows  pools for both families; routes for both between two sites; a server whose addresses are on none of its links,
--        and is reached from everywhere.
-- Needs  nothing but the kernel (veth, bridge) with IPv6; as root, or rootless as any user.
-- Usage  nsl dual-stack.lua
-- Prints what a host gets, all pairs by either family, and in the end
--        dual-stack: 8 hosts, all reached by IPv4 and by IPv6

local net <close> = lab.new { subnets = "172.16.0.0/12", subnets6 = "2001:db8::/32" }
local border = { net:router "border1", net:router "border2" }
net:link(border[1], border[2])

-- Two sites of four hosts.
for site = 1, 2 do
  local lan = net:switch("lan" .. site)
  net:link(lan, border[site])
  for i = 1, 4 do
    net:link(net:host(("site%d-%d"):format(site, i)), lan)
  end
end

-- A server that is known by an address of each family which is on none of its links, whatever these get assigned.
local server = net:host("server", { addresses = { "192.0.2.53/32", "2001:db8:53::53/128" } })
for _, router in ipairs(border) do
  net:link(server, router)
end
net:up()
print(("%s in %.3f s"):format(net, net.stats.elapsed))
print(net.nodes["site1-1"].interfaces)
print(net.nodes["site1-1"]:route_list { proto = "boot" })

-- Everybody asks everybody, first by one family and then by the other.
for _, family in ipairs { "inet", "inet6" } do
  local all = net:pingall { family = family }
  print(family)
  print(all)
  assert(all.received == all.sent, "somebody is cut off")
end

-- The server's own addresses: routers know the way to them, and answers come from them.
local hosts = 0
for _, node in ipairs(net.nodes) do
  if node.kind == "host" and node ~= server then
    hosts = hosts + 1
    for _, address in ipairs { "192.0.2.53", "2001:db8:53::53" } do
      assert(node:ping(address, { timeout = 5 }).received == 1, node.name .. " does not reach " .. address)
    end
  end
end

-- One family's route can be asked for like the other's.
local first = net.nodes["site1-1"]
print(first:route_get("192.0.2.53").via, first:route_get("2001:db8:53::53").via)
print(("dual-stack: %d hosts, all reached by IPv4 and by IPv6"):format(hosts))
