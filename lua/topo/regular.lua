-- Graphs of a regular shape. Each function takes its numbers by name, checked.

local topo = ...
local ipairs, insert = ipairs, table.insert

function topo.line(o)
  local made = topo.begin(o, "router")
  local r = made:add_nodes(o.n)
  for i = 2, o.n do made:link(r[i - 1], r[i]) end
  return made:finish(r)
end

function topo.ring(o)
  local made = topo.begin(o, "router")
  local r = made:add_nodes(o.n)
  for i = 2, o.n do made:link(r[i - 1], r[i]) end
  if o.n > 2 then made:link(r[o.n], r[1]) end -- two nodes have their one link already
  return made:finish(r)
end

function topo.mesh(o)
  local made = topo.begin(o, "router")
  local r = made:add_nodes(o.n)
  for i = 1, o.n do
    for j = i + 1, o.n do made:link(r[i], r[j]) end
  end
  return made:finish(r)
end

function topo.star(o)
  local made = topo.begin(o, "switch")
  local center = made:add_nodes(1)
  made:add_hosts(o.n, center[1])
  return made:finish(center)
end

-- The rows of a grid from left to right, and the columns from above; a torus has the ends of each joined.
local function lattice(o, joined)
  local made = topo.begin(o, "router")
  local r = made:add_nodes(o.w * o.h)
  local function at(x, y) return r[(y - 1) * o.w + x] end
  for y = 1, o.h do
    for x = 1, o.w do
      if x < o.w then made:link(at(x, y), at(x + 1, y)) end
      if y < o.h then made:link(at(x, y), at(x, y + 1)) end
    end
  end
  if joined and o.w > 2 then
    for y = 1, o.h do made:link(at(o.w, y), at(1, y)) end
  end
  if joined and o.h > 2 then
    for x = 1, o.w do made:link(at(x, o.h), at(x, 1)) end
  end
  return made:finish(r)
end

function topo.grid(o) return lattice(o, false) end

function topo.torus(o) return lattice(o, true) end

function topo.hypercube(o)
  local made = topo.begin(o, "router")
  local r = made:add_nodes(1 << o.d)
  for i = 0, #r - 1 do
    for bit = 0, o.d - 1 do
      local j = i ~ (1 << bit)
      if i < j then made:link(r[i + 1], r[j + 1]) end
    end
  end
  return made:finish(r)
end

function topo.tree(o)
  local made = topo.begin(o, "switch")
  local level = made:add_nodes(1)
  for _ = 2, o.depth do
    local below = {}
    for _, parent in ipairs(level) do
      for _, child in ipairs(made:add_nodes(o.fanout)) do
        made:link(parent, child)
        insert(below, child)
      end
    end
    level = below
  end
  for _, leaf in ipairs(level) do made:add_hosts(o.fanout, leaf) end
  return made:finish(level)
end

-- k pods of k/2 aggregation and k/2 edge nodes each, over (k/2)² cores: the i-th aggregation node of every pod goes to the
-- i-th group of cores.
function topo.fat_tree(o)
  local half = o.k // 2
  o.hosts = o.hosts or half
  local made = topo.begin(o, "router")
  local core, edges = made:add_nodes(half * half, "core"), {}
  for _ = 1, o.k do
    local aggregation = made:add_nodes(half, "aggregation")
    for i, upper in ipairs(aggregation) do
      for j = 1, half do made:link(upper, core[(i - 1) * half + j]) end
    end
    for _, edge in ipairs(made:add_nodes(half, "edge")) do
      for _, upper in ipairs(aggregation) do made:link(edge, upper) end
      insert(edges, edge)
    end
  end
  return made:finish(edges, "host")
end

function topo.leaf_spine(o)
  local made = topo.begin(o, "router")
  local spines, leaves = made:add_nodes(o.spines, "spine"), made:add_nodes(o.leaves, "leaf")
  for _, leaf in ipairs(leaves) do
    for _, spine in ipairs(spines) do made:link(leaf, spine) end
  end
  return made:finish(leaves, "host")
end
