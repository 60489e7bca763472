-- leaf-spine.lua: two layers of routers as in data centres, where every path has as many ways as there are spines.
--
-- Shows  a graph of topo as a lab; equal paths as one route with several next hops (ecmp); all hosts ping each other, and
--        the counters of the spines tell that each of them carried a share.
-- Needs  nothing but the kernel (veth); as root, or rootless as any user.
-- Usage  nsl leaf-spine.lua [SPINES [LEAVES]]        4 and 8 unless told, from 1 to 16; each leaf has 4 hosts
-- Prints the ways of a leaf, what each spine carried, times, and in the end
--        leaf-spine: 32 hosts, all reached over 4 spines

local spines = math.tointeger(tonumber(arg[1] or 4))
local leaves = math.tointeger(tonumber(arg[2] or 8))
if not spines or not leaves or spines < 1 or spines > 16 or leaves < 1 or leaves > 16 then
  io.stderr:write "usage: nsl leaf-spine.lua [SPINES [LEAVES]], numbers from 1 to 16\n"
  os.exit(2)
end

local net <close> = lab.new { ecmp = true }
net:add(topo.leaf_spine { spines = spines, leaves = leaves, hosts = 4 })
net:up()
print(("%s in %.3f s"):format(net, net.stats.elapsed))

local function with_role(role)
  local nodes = {}
  for _, node in ipairs(net.nodes) do
    if node.role == role then nodes[#nodes + 1] = node end
  end
  return nodes
end
local first_leaf, hosts = with_role("leaf")[1], with_role "host"

-- To what is behind another leaf, a leaf has as many ways as there are spines.
if leaves > 1 then
  local far = hosts[#hosts].interfaces[1].address[1]:match "[^/]+"
  local widest = 0
  for _, route in ipairs(first_leaf:route_list()) do
    if route.dst == "default" or cidr(route.dst):contains(far) then widest = #(route.nexthops or { route }) end
  end
  print(("%s reaches %s over %d ways"):format(first_leaf, hosts[#hosts], widest))
  assert(widest == spines, "a spine is left out")
end

-- The packets that went through a router so far.
local function carried(router)
  local packets = 0
  for _, interface in ipairs(router.interfaces) do
    packets = packets + router:link_get(interface.name).stats.rx_packets
  end
  return packets
end

local before = {}
for i, spine in ipairs(with_role "spine") do
  before[i] = carried(spine)
end
local all = net:pingall()
print(("%d of %d pairs answered in %.3f s"):format(all.received, all.sent, all.elapsed))
assert(all.received == all.sent, all)
-- Which way a pair takes the kernel chooses by a hash: with many pairs, none is left out.
local many = #hosts * (#hosts - 4) >= 40 * spines
for i, spine in ipairs(with_role "spine") do
  local packets = carried(spine) - before[i]
  print(("%s carried %d packets"):format(spine, packets))
  assert(packets > 0 or not many, "a spine has nothing to do")
end
print(("leaf-spine: %d hosts, all reached over %d spines"):format(#hosts, spines))
