-- fat-tree.lua: a routed fat tree of K pods, as in data centres (Al-Fares et al., 2008).
--
-- Shows  K pods of K/2 edge and K/2 aggregation routers, (K/2)² core routers and K³/4 hosts; default routes with several
--        next hops lead up, a route a network leads down. Every host pings one in each other pod.
-- Needs  nothing but the kernel (veth, bridge); as root, or rootless as any user.
-- Usage  nsl fat-tree.lua [K]        4 pods unless told; an even number from 2 to 16
-- Prints times, and in the end
--        fat tree: 4 pods, 20 routers, 16 hosts, all reached

local k = math.tointeger(tonumber(arg[1] or 4))
if not k or k < 2 or k > 16 or k % 2 ~= 0 then
  io.stderr:write "usage: nsl fat-tree.lua [K], with K an even number from 2 to 16\n"
  os.exit(2)
end
local half = k // 2
local routers = 0

local function router()
  local ns = netns.add() -- anonymous: gone when this program ends
  ns:sysctl("net.ipv4.ip_forward", 1)
  routers = routers + 1
  return { ns = ns, ports = 0 }
end

local function port(node)
  node.ports = node.ports + 1
  return node.ns:link("eth" .. node.ports)
end

-- Joins two routers by a /31 of 172.16.0.0/12; returns the addresses of the lower and of the upper one.
local links = 0
local function join(lower, upper)
  local number = 2 * links
  links = links + 1
  local function address(i) return ("172.16.%d.%d"):format((number + i) // 256, (number + i) % 256) end
  netns.veth(port(lower), port(upper), {
    up = true,
    a = { ip = address(0) .. "/31" },
    b = { ip = address(1) .. "/31" },
  })
  return address(0), address(1)
end

-- The hosts of an edge router: 10.POD.EDGE.0/24 on a bridge, where the router is .1.
local function hosts_of(edge, p, e)
  local network = ("10.%d.%d."):format(p, e)
  local bridge = edge.ns:link_add("br0", { type = "bridge", ip = network .. "1/24", up = true })
  local hosts = {}
  for h = 1, half do
    local host = netns.add()
    local address = network .. h + 1
    netns.veth(host:link "eth0", edge.ns:link("host" .. h), {
      up = true,
      a = { ip = address .. "/24" },
      b = { master = bridge },
    })
    host:route_add("default", { via = network .. "1" })
    hosts[h] = { ns = host, address = address }
  end
  return hosts
end

local function default_route(node, gateways)
  local nexthops = {}
  for i, gateway in ipairs(gateways) do
    nexthops[i] = { via = gateway }
  end
  node.ns:route_add("default", { nexthops = nexthops })
end

local start = task.clock()
local core = {}
for i = 1, half * half do
  core[i] = router()
end

local pods = {} -- pods[p] = its hosts
for p = 1, k do
  local hosts, up, aggregation = {}, {}, {}
  for a = 1, half do
    aggregation[a] = router()
  end
  for e = 1, half do
    local edge = router()
    for _, host in ipairs(hosts_of(edge, p, e)) do
      hosts[#hosts + 1] = host
    end
    for a, above in ipairs(aggregation) do
      local lower, upper = join(edge, above)
      up[a] = upper
      above.ns:route_add(("10.%d.%d.0/24"):format(p, e), { via = lower })
    end
    default_route(edge, up)
  end
  for a, node in ipairs(aggregation) do
    local gateways = {}
    for c = 1, half do -- each aggregation router has core routers of its own
      local above = core[(a - 1) * half + c]
      local lower, upper = join(node, above)
      gateways[c] = upper
      above.ns:route_add(("10.%d.0.0/16"):format(p), { via = lower })
    end
    default_route(node, gateways)
  end
  pods[p] = hosts
end
local built = task.clock()
print(("built in %.3f s"):format(built - start))

local pings = 0
for p, hosts in ipairs(pods) do
  for h, host in ipairs(hosts) do
    for q, others in ipairs(pods) do
      if q ~= p then
        local target = others[(h + p) % #others + 1].address
        local result = host.ns:ping(target, { timeout = 5 })
        assert(result.received == 1, ("%s does not reach %s: %s"):format(host.address, target, result))
        pings = pings + 1
      end
    end
  end
end
print(("%d pings across pods in %.3f s"):format(pings, task.clock() - built))
print(("fat tree: %d pods, %d routers, %d hosts, all reached"):format(k, routers, k * half * half))
