-- failover.lua: a link fails, the program finds another way, and the time without an answer is measured.
--
-- Shows  a detour that costs let lie idle; a link that goes down, which the program learns from the kernel's own word; new
--        routes set by hand while a task keeps pinging; and the link back with all that was on it.
-- Needs  nothing but the kernel (veth); as root, or rootless as any user.
-- Usage  nsl failover.lua
-- Prints the ways, the times, and in the end
--        failover: traffic moved to the detour and back

--   h1 -- left -- main -- right -- h2
--           \-- detour --/
local net <close> = lab.new()
local left, right = net:router "left", net:router "right"
local main, detour = net:router "main", net:router "detour"
local h1, h2 = net:host "h1", net:host "h2"
net:link(h1, left)
local cable = net:link(left, main)
net:link(main, right)
net:link(left, detour, { cost = 10 })
net:link(detour, right, { cost = 10 })
net:link(right, h2)
net:up()

-- The address of a node on the link that it shares with a neighbour.
local function address(of, seen_from)
  for _, interface in ipairs(seen_from.interfaces) do
    if interface.peer.node == of.name then return interface.peer.address end
  end
end
local a1, a2 = address(h1, left), address(h2, right)

-- The neighbour to which a router sends what is for an address.
local function way(router, to)
  local via = router:route_get(to).via
  return via == address(main, router) and main or via == address(detour, router) and detour or nil
end

local function print_ways(when)
  print(("%-7s %s -> %s -> %s, %s -> %s -> %s"):format(when, h1, way(left, a2), h2, h2, way(right, a1), h1))
end

-- Sends the traffic of both directions through a router.
local function steer(through)
  left:route_replace(a2, { via = address(through, left) })
  right:route_replace(a1, { via = address(through, right) })
end

-- Pings all the time while `work` is done; gives the longest time without an answer, in seconds.
local function longest_silence(work)
  local done, last, longest = false, task.clock(), 0
  local pinging = task.spawn(function()
    repeat
      local ending = done -- one more answer after all is done
      if h1:ping(a2, { timeout = 0.02 }).received == 1 then
        longest = math.max(longest, task.clock() - last)
        last = task.clock()
      else
        ending = false
      end
      task.sleep(0.001)
    until ending
  end)
  work()
  done = true
  task.timeout(10, function() pinging:await() end)
  return longest
end

print_ways "before:"
assert(way(left, a2) == main and way(right, a1) == main, "costs are not heeded")

local silence = longest_silence(function()
  -- What watches the link knows nothing of who takes it down.
  local watch = task.spawn(function()
    cable.a:wait({ carrier = false }, 10)
    steer(detour)
  end)
  task.sleep(0.1)
  cable:down()
  watch:await()
end)
print_ways "down:"
print(("moved to the detour in %.3f s"):format(silence))
assert(way(left, a2) == detour and way(right, a1) == detour)
assert(silence < 2, "that took long")
assert(net:ping(left, main, { timeout = 0.2 }).received == 0, "the link is not down")

silence = longest_silence(function()
  cable:up() -- with its addresses and routes, once it carries packets
  steer(main)
end)
print_ways "up:"
print(("and back in %.3f s"):format(silence))
assert(way(left, a2) == main and way(right, a1) == main)
assert(silence < 2, "that took long")
print "failover: traffic moved to the detour and back"
