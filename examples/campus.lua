-- campus.lua: buildings, each a tree of switches, joined by a router in the middle.
--
-- Shows  LANs that stretch over several switches, with subnets of the program's choice; the router is the only way from
--        one building to another, which pings with a time to live of 1 tell; a table of all pairs.
-- Needs  nothing but the kernel (veth, bridge); as root, or rootless as any user.
-- Usage  nsl campus.lua [BUILDINGS]        3 unless told, at most 20
-- Prints what hosts get assigned, all pairs, and in the end
--        campus: 3 buildings, 12 switches, 18 hosts, all reached

local buildings = math.tointeger(tonumber(arg[1] or 3))
if not buildings or buildings < 1 or buildings > 20 then
  io.stderr:write "usage: nsl campus.lua [BUILDINGS], with BUILDINGS from 1 to 20\n"
  os.exit(2)
end

local net <close> = lab.new()
local core = net:router "core"
local switches = 0

local function switch(name, opts)
  switches = switches + 1
  return net:switch(name, opts)
end

-- A building: one LAN over a switch for each of three floors and one that joins them; two hosts a floor.
local function building(b)
  local entrance = switch("b" .. b, { subnet = ("10.%d.0.0/16"):format(b) })
  local hosts = {}
  for f = 1, 3 do
    local floor = switch(("b%df%d"):format(b, f))
    net:link(floor, entrance)
    for h = 1, 2 do
      local host = net:host(("b%df%dh%d"):format(b, f, h))
      net:link(host, floor)
      hosts[#hosts + 1] = host
    end
  end
  net:link(entrance, core, { b = { name = "building" .. b, ip = ("10.%d.255.254/16"):format(b) } })
  return hosts
end

local hosts = {} -- hosts[b] = those of building b
for b = 1, buildings do
  hosts[b] = building(b)
end
-- The server is in a room of its own, on a link that names its network.
net:link(net:host "server", core, { subnet = "192.168.0.0/30" })
net:up()
print(("%s in %.3f s"):format(net, net.stats.elapsed))

local first, last = hosts[1][1], hosts[1][#hosts[1]]
print(first.interfaces)
print(first:route_list { proto = "boot" })
assert(first:route_get("192.168.0.1").via == "10.1.255.254", "the router is the way out")

-- Within a building nothing routes: one hop is enough. From one to another, and to the server, it is two.
local function hops(from, to)
  for ttl = 1, 3 do
    if net:ping(from, to, { ttl = ttl, timeout = 1 }).received == 1 then return ttl end
  end
end
assert(hops(first, last) == 1, "a LAN is one hop")
assert(hops(first, "server") == 2, "the router is between")
if buildings > 1 then assert(hops(first, hosts[2][1]) == 2, "the router is between") end

local all = net:pingall { timeout = 5 }
print(all)
assert(all.received == all.sent, "somebody is cut off")
print(("campus: %d buildings, %d switches, %d hosts, all reached"):format(buildings, switches, buildings * 6))
