-- Whether a link that was shaped does as it was asked, by nsl's own probes: delay, jitter, rate and reordering within 10 %,
-- loss within what chance allows.

--- A link between two namespaces, which know each other's address: to ask for it, and to ask again after five seconds, takes
-- packets that may be lost, and those that wait for the answer with them.
local function connect(a, b)
  netns.veth(a:link "v0", b:link "v0", { up = true, a = { ip = "10.0.0.1/24" }, b = { ip = "10.0.0.2/24" } })
  a:neigh_replace("v0", "10.0.0.2", { lladdr = b:link_get("v0").address, nud = "permanent" })
  b:neigh_replace("v0", "10.0.0.1", { lladdr = a:link_get("v0").address, nud = "permanent" })
end

-- Two namespaces with a link between them; what `fn` is called with.
local function between(fn)
  return function(a)
    local b <close> = netns.add()
    connect(a, b)
    assert(a:ping("10.0.0.2", { timeout = 5 }).received == 1)
    fn(a, b)
  end
end

local function near(what, asked, found)
  if math.abs(found - asked) > asked / 10 then error(("%s of %g asked, %g measured"):format(what, asked, found), 0) end
end

--- The round trips of so many pings, in order; all must have come back.
local function round_trips(ns, count, interval)
  local result = ns:ping("10.0.0.2", { count = count, interval = interval, timeout = 5 })
  if result.received ~= count then error(tostring(result), 0) end
  local times = {}
  for i, reply in ipairs(result.replies) do times[i] = reply.time end
  table.sort(times)
  return times
end

--- The least and the most that `n` tries of chance `p` give, but for one time in a thousand.
local function bounds(n, p)
  local chance, sum, low, high = n * math.log(1 - p), 0, nil, nil
  for k = 0, n do
    sum = sum + math.exp(chance)
    low = low or sum > 0.0005 and k
    high = high or sum > 0.9995 and k
    chance = chance + math.log(n - k) - math.log(k + 1) + math.log(p / (1 - p))
  end
  return low, high or n
end

local function lost(share)
  return {
    ("a loss of %g %%"):format(share * 100),
    check = between(function(a, b)
      a:shape("v0", { loss = share })
      local count = 2000
      local result = a:ping("10.0.0.2", { count = count, interval = "1ms", timeout = 1 })
      local low, high = bounds(count, share)
      local gone = count - result.received
      if gone < low or gone > high then error(("%d of %d lost, not %d to %d"):format(gone, count, low, high), 0) end
    end),
  }
end

--- A link of that rate, measured with TCP and with datagrams: what arrives, with the headers of its frames.
local function rate(name, opts, asked)
  return {
    name,
    check = between(function(a, b)
      a:shape("v0", opts)
      -- TCP last: what it has not sent by its end would take some of the rate.
      local udp = netns.throughput(a, b, { udp = true, rate = asked * 2, duration = 2 })
      near("a rate (UDP)", asked, udp.bits_per_second * 1442 / 1400)
      local tcp = netns.throughput(a, b, { duration = 3 })
      near("a rate (TCP)", asked, tcp.bits_per_second * 1514 / 1448)
    end),
  }
end

--- Which of so many pings get through netem with that seed. Nothing else is sent, which would take its turn.
local function kept(a, seed, count)
  a:qdisc_replace("v0", { kind = "netem", root = true, loss = 0.1, seed = seed })
  local result = a:ping("10.0.0.2", { count = count, interval = "1ms", timeout = 1 })
  a:qdisc_delete("v0", { root = true })
  local seen = {}
  for i, reply in ipairs(result.replies) do seen[i] = reply.seq end
  return table.concat(seen, " "), count - result.received
end

return {
  needs = { "sch_netem", "sch_tbf" },
  limit = 40,
  {
    "a delay",
    check = between(function(a, b)
      a:shape("v0", { delay = "50ms" })
      local times = round_trips(a, 41, "10ms")
      near("a delay", 0.05, times[21])
    end),
  },
  {
    "a delay of both ends",
    check = between(function(a, b)
      a:shape("v0", { delay = "30ms" })
      b:shape("v0", { delay = "20ms" })
      near("a delay", 0.05, round_trips(a, 41, "10ms")[21])
    end),
  },
  {
    "jitter",
    check = between(function(a, b)
      a:shape("v0", { delay = "60ms", jitter = "30ms" })
      local times = round_trips(a, 600, "2ms")
      local sum, squares = 0, 0
      for _, time in ipairs(times) do sum = sum + time end
      local mean = sum / #times
      for _, time in ipairs(times) do squares = squares + (time - mean) ^ 2 end
      near("a delay", 0.06, mean)
      -- Between 30 and 90 ms all are as likely.
      near("a deviation", 0.03 / 3 ^ 0.5, (squares / #times) ^ 0.5)
    end),
  },
  lost(0.01),
  lost(0.1),
  lost(0.4),
  {
    "a loss by a seed",
    since = "6.6",
    check = function(a)
      local b <close> = netns.add()
      for _, ns in ipairs { a, b } do ns:sysctl("net.ipv6.conf.default.disable_ipv6", 1) end
      connect(a, b)
      local one, gone = kept(a, 42, 2000)
      local low, high = bounds(2000, 0.1)
      if gone < low or gone > high then error(("%d of 2000 lost, not %d to %d"):format(gone, low, high), 0) end
      assert(kept(a, 42, 2000) == one, "the same with the same seed")
      assert(kept(a, 43, 2000) ~= one, "not the same with another")
    end,
  },
  rate("a rate by netem", { rate = "8mbit", delay = "1ms" }, 8e6),
  rate("a rate by tbf", { rate = "8mbit" }, 8e6),
  {
    "reordering",
    check = between(function(a, b)
      a:shape("v0", { delay = "40ms", reorder = "25%", limit = 10000 })
      local times = round_trips(a, 4000, "1ms")
      local early = 0
      for _, time in ipairs(times) do
        if time < 0.02 then early = early + 1 end
      end
      near("a share ahead of the rest", 0.25, early / #times)
    end),
  },
}
