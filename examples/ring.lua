-- ring.lua: routers in a circle, a thousand of them.
--
-- Shows  that a large lab is three lines, comes up in a second or two and is gone at once; a sample of all pairs, of which
--        those that are further apart than a packet travels are counted and not called lost.
-- Needs  nothing but the kernel (veth); as root, or rootless as any user.
-- Usage  nsl ring.lua [N [PAIRS]]        1000 routers unless told, from 3 to 10000; 2000 pairs unless told
-- Prints times and the sample, and in the end
--        ring: 1000 routers, all reached that are up to 255 hops away

local n = math.tointeger(tonumber(arg[1] or 1000))
local pairs_asked = math.tointeger(tonumber(arg[2] or 2000))
if not n or n < 3 or n > 10000 or not pairs_asked or pairs_asked < 1 then
  io.stderr:write "usage: nsl ring.lua [N [PAIRS]], with N from 3 to 10000\n"
  os.exit(2)
end

local net <close> = lab.new()
net:add(topo.ring(n))
net:up()
print(("%s in %.3f s, %d routes"):format(net, net.stats.elapsed, net.stats.routes))

-- Each router on the way takes one from a packet's time to live, which cannot begin with more than 255 (as it does in a lab
-- where the usual 64 is not enough): at the 256th hop it is over. Such pairs are no loss: in a network whose diameter is n/2
-- they are what is to be expected.
local sample = net:pingall { sample = pairs_asked, seed = 7, timeout = 10 }
print(sample)
print(("%d pairs answered in %.3f s, %d are too far apart"):format(sample.received, sample.elapsed, sample.too_far))
assert(sample.received == sample.sent, "a pair that could answer did not")
assert(n > 511 or sample.too_far == 0, "in a small ring nobody is far")

-- A single ping, over more routers than the usual 64 would allow.
if n > 256 then
  assert(net:ping("r1", "r101", { timeout = 5 }).received == 1)
end

local start = task.clock()
net:down()
print(("down in %.3f s"):format(task.clock() - start))
print(("ring: %d routers, all reached that are up to 255 hops away"):format(n))
