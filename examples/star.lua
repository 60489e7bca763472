-- star.lua: N hosts, each a namespace of its own, around one bridge.
--
-- Shows  namespaces, a bridge and veth pairs made by a plain loop; the first host pings every other one, and a sample of
--        the others each other.
-- Needs  nothing but the kernel (veth, bridge); as root, or rootless as any user.
-- Usage  nsl star.lua [N]        8 hosts unless told, at most 1000
-- Prints times, and in the end
--        star: 8 hosts, all reached

local n = math.tointeger(tonumber(arg[1] or 8))
if not n or n < 2 or n > 1000 then
  io.stderr:write "usage: nsl star.lua [N], with N from 2 to 1000\n"
  os.exit(2)
end

local function address(i) return ("10.0.%d.%d"):format(i // 250, i % 250 + 1) end

local start = task.clock()
local switch = netns.add() -- anonymous, as the hosts: gone when this program ends
local bridge = switch:link_add("br0", { type = "bridge" })
local hosts = {}
for i = 1, n do
  hosts[i] = netns.add()
  netns.veth(hosts[i]:link "eth0", switch:link("port" .. i), {
    up = true,
    a = { ip = address(i) .. "/16" },
    b = { master = bridge },
  })
end
bridge:set { up = true } -- last: a bridge that is up tells all its ports of each new one
bridge:wait({ operstate = "UP" }, 10)
local built = task.clock()
print(("built in %.3f s"):format(built - start))

local function ping(from, to)
  local result = hosts[from]:ping(address(to), { timeout = 5 })
  assert(result.received == 1, ("host %d does not reach host %d: %s"):format(from, to, result))
end

for i = 2, n do
  ping(1, i)
end
local step = math.max(1, n // 20) -- at most some 20 of them
for i = 2, n - 1, step do
  ping(i, i + 1)
end
print(("pinged in %.3f s"):format(task.clock() - built))
print(("star: %d hosts, all reached"):format(n))
