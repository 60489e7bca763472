-- Run inside user-mode Linux, whose kernel has netem, by tests/it/uml.rs: what `tc` sees is printed for it to compare, what
-- arrives is judged here.

local net <close> = lab.new()

local function tc(what, link)
  -- And it is what was planned.
  assert(#net:diff() == 0, net:diff())
  print(what .. "\t" .. link.netns:output("tc -json qdisc show dev " .. link.name))
end

-- A lab's links: for each direction, or for what one end sends.
local wan = net:link(net:host "a", net:host "b", {
  delay = "20ms", jitter = "5ms", loss = "10%", b = { rate = "8mbit", loss = 0, delay = "30ms", limit = 77 },
})
local all = net:link("a", net:host "c", {
  a = { delay = 1, duplicate = "25%", corrupt = 0.5, reorder = "75%" }, b = { loss = 1 },
})
net:up()
tc("a", wan.a) tc("b", wan.b) tc("all", all.a) tc("none", all.b)

-- Changes merge with what was there; what a kind of discipline no longer does is gone.
wan:set { b = { rate = "16mbit" } } tc("set", wan.b)
all:set { a = { duplicate = false, corrupt = false, reorder = false } } tc("less", all.a)
all:set { a = { delay = false }, b = { loss = false }, rate = "4mbit" } tc("tbf", all.a)
all:set { rate = false } tc("clear", all.a)

-- A round trip takes twice the delay.
wan:set { delay = "50ms", jitter = false, loss = false, a = { rate = false }, b = { delay = false, loss = false, rate = false, limit = false } }
local answer = net:ping("a", "b", { count = 5, interval = "20ms", timeout = 5 })
assert(answer.received == 5 and answer.rtt.min >= 0.1 and answer.rtt.min < 0.6, answer)
wan:set { a = { jitter = "40ms" } }
answer = net:ping("a", "b", { count = 40, interval = "5ms", timeout = 5 })
assert(answer.received == 40 and answer.rtt.max - answer.rtt.min > 0.03, answer)
-- Half is lost on the way there, and half of the rest on the way back.
wan:set { delay = false, loss = 0.5, a = { jitter = false } }
answer = net:ping("a", "b", { count = 200, interval = "1ms", timeout = 1 })
assert(answer.loss > 0.6 and answer.loss < 0.9, answer)
wan:set { loss = "100%" }
assert(net:ping("a", "b", { count = 5, interval = "1ms", timeout = 0.2 }).received == 0)
assert(net:pingall({ timeout = 0.2 }).received == 2)
wan:set { loss = false }
assert(net:ping("a", "b", { count = 5, timeout = 5 }).received == 5)

-- By hand: twice as much arrives, or nothing that is whole.
local function received() return wan.b:get().stats.rx_packets end
wan.a:shape { duplicate = "100%" }
local before = received()
assert(net:ping("a", "b", { count = 20, interval = "1ms", timeout = 5 }).received == 20)
local arrived = received() - before
assert(arrived >= 40 and arrived < 60, arrived)
wan.a:shape { corrupt = "100%" }
-- (A bit of the sender's MAC address harms nobody.)
assert(net:ping("a", "b", { count = 40, interval = "1ms", timeout = 0.3 }).received < 15)
local shape = net:diff()[1]
assert(shape.what == "shape" and shape.have == "corrupt 100%" and shape.want == "none", net:diff())
assert(#net:apply() == 1 and #net:diff() == 0)
assert(net:ping("a", "b", { count = 5, timeout = 5 }).received == 5)

-- netem's rate, with a delay.
wan:set { rate = "2mbit", delay = "5ms" }
local rate = net:throughput("a", "b", { duration = 2 })
assert(rate.bits_per_second > 1e6 and rate.bits_per_second < 2.2e6, rate)
