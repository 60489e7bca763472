-- Random graphs, which are always connected. The same seed gives the same graph on every machine: random numbers are
-- integer arithmetic, and of the arithmetic of floats only what IEEE 754 fixes to the last bit is used.

local topo = ...
local insert, sqrt = table.insert, math.sqrt

-- Random numbers by the splitmix64 method (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
local function generator(seed)
  local random = {}

  local function bits()
    seed = seed + 0x9e3779b97f4a7c15
    local z = seed
    z = (z ~ (z >> 30)) * 0xbf58476d1ce4e5b9
    z = (z ~ (z >> 27)) * 0x94d049bb133111eb
    return z ~ (z >> 31)
  end

  -- A whole number from 1 to `most`.
  function random.upto(most) return (bits() >> 1) % most + 1 end

  -- A number from 0 to below 1.
  function random.share() return (bits() >> 11) * 0x1p-53 end

  return random
end

-- Routers that are being linked, with the parts that hang together.
local function begin(o)
  local self = { made = topo.begin(o, "router"), random = generator(o.seed) }
  local names, part, taken = self.made:add_nodes(o.n), {}, {}
  for i = 1, o.n do part[i] = i end

  local function root(i)
    while part[i] ~= i do
      part[i] = part[part[i]]
      i = part[i]
    end
    return i
  end

  -- Links two routers unless they are linked already; says whether it did.
  function self.link(i, j)
    if i > j then i, j = j, i end
    local pair = (i - 1) * o.n + j
    if i == j or taken[pair] then return false end
    taken[pair] = true
    part[root(i)] = root(j)
    self.made:link(names[i], names[j])
    return true
  end

  -- Links each router that cannot reach the first one to a random one of those before it, which all can.
  function self.connect()
    for i = 2, o.n do
      if root(i) ~= root(1) then self.link(self.random.upto(i - 1), i) end
    end
  end

  function self.finish() return self.made:finish(names) end

  return self
end

-- A tree first, then so many links between any two that lack one.
local function with_links(o)
  local self, n = begin(o), o.n
  local random, order = self.random, {}
  for i = 1, n do
    local j = random.upto(i)
    order[i] = order[j]
    order[j] = i
  end
  for i = 2, n do self.link(order[random.upto(i - 1)], order[i]) end

  -- Cards are drawn from a pack of all ordered pairs, of which only those that were moved are in the table.
  local left, drawn, moved = o.links - (n - 1), 0, {}
  while left > 0 do
    drawn = drawn + 1
    local place = drawn - 1 + random.upto(n * n - drawn + 1)
    local pair = (moved[place] or place) - 1
    moved[place] = moved[drawn] or drawn
    if self.link(pair // n + 1, pair % n + 1) then left = left - 1 end
  end
  return self.finish()
end

-- Each pair with the probability that `likely` gives for it.
local function with_chances(o, self, likely)
  for i = 1, o.n do
    for j = i + 1, o.n do
      if self.random.share() < likely(i, j) then self.link(i, j) end
    end
  end
  self.connect()
  return self.finish()
end

function topo.random(o)
  if o.links then return with_links(o) end
  return with_chances(o, begin(o), function() return o.p end)
end

-- e to the power of -x, for x from 0, the same to the last bit everywhere (a C library's is not).
local function decay(x)
  local halvings = 0
  while x > 0.5 do
    x = x / 2
    halvings = halvings + 1
  end
  local term, sum = 1.0, 1.0
  for i = 1, 16 do
    term = -term * x / i
    sum = sum + term
  end
  for _ = 1, halvings do sum = sum * sum end
  return sum
end

-- Routers at random places of a square, linked the likelier the nearer they are: beta · e^(-distance / (alpha · diagonal)).
function topo.waxman(o)
  local self, x, y = begin(o), {}, {}
  for i = 1, o.n do
    x[i], y[i] = self.random.share(), self.random.share()
  end
  local reach = o.alpha * sqrt(2)
  return with_chances(o, self, function(i, j)
    local dx, dy = x[i] - x[j], y[i] - y[j]
    return o.beta * decay(sqrt(dx * dx + dy * dy) / reach)
  end)
end

-- Each router links to m of those before it, the likelier the more links these have.
function topo.barabasi_albert(o)
  local self, ends = begin(o), {}
  local function link(i, j)
    if not self.link(i, j) then return false end
    insert(ends, i)
    insert(ends, j)
    return true
  end
  for i = 2, o.n do
    if i - 1 <= o.m then
      for j = 1, i - 1 do link(j, i) end
    else
      local known, links = #ends, 0
      while links < o.m do
        if link(ends[self.random.upto(known)], i) then links = links + 1 end
      end
    end
  end
  return self.finish()
end
