-- Graphs: how generators build them, and what can be asked of one. A graph is plain data, `nodes` with a name and a kind
-- each and `links` between the names `a` and `b`; whatever else stands in them is carried along.

local topo, host = ...
local graph_metatable, refuse = host.graph, host.refuse
local ipairs, pairs, type, setmetatable, rawset = ipairs, pairs, type, setmetatable, rawset
local insert, remove, concat, huge = table.insert, table.remove, table.concat, math.huge

-- Building

local letters = { router = "r", switch = "s", host = "h" }
local builder = {}
builder.__index = builder

-- A graph that is being made. Its nodes are of the kind asked for, or of `kind`; its hosts are hosts.
function topo.begin(options, kind)
  local made = { nodes = {}, links = {}, counts = {}, kind = options.kind or kind, hosts = options.hosts or 0 }
  return setmetatable(made, builder)
end

function builder:add(kind, role)
  local number = (self.counts[kind] or 0) + 1
  self.counts[kind] = number
  local name = letters[kind] .. number
  insert(self.nodes, { name = name, kind = kind, role = role })
  return name
end

-- The names of so many new nodes.
function builder:add_nodes(count, role)
  local names = {}
  for i = 1, count do names[i] = self:add(self.kind, role) end
  return names
end

function builder:link(a, b) insert(self.links, { a = a, b = b }) end

function builder:add_hosts(count, edge, role)
  for _ = 1, count do self:link(self:add("host", role), edge) end
end

-- The graph, with the hosts that were asked for at each of its edge nodes.
function builder:finish(edges, role)
  for _, edge in ipairs(edges) do self:add_hosts(self.hosts, edge, role) end
  return setmetatable({ nodes = self.nodes, links = self.links }, graph_metatable)
end

-- Asking

local function no_node(graph, op, name)
  local names = {}
  for i, node in ipairs(graph.nodes) do names[i] = node.name end
  refuse(op, "GRAPH_NODE_MISSING", { name = name }, names)
end

-- The links at each node, by its name: arrays of { node at the other end, cost }.
local function neighbours(graph, op)
  local near = {}
  for _, node in ipairs(graph.nodes) do near[node.name] = {} end
  for _, link in ipairs(graph.links) do
    local a, b, cost = link.a, link.b, link.cost or 1
    if not near[a] then no_node(graph, op, a) end
    if not near[b] then no_node(graph, op, b) end
    if type(cost) ~= "number" or not (cost >= 0 and cost < huge) then
      local between = ("the cost of link %s - %s"):format(a, b)
      refuse(op, "GRAPH_VALUE", { what = between, expected = "a number from 0", got = host.describe(cost) })
    end
    insert(near[a], { b, cost })
    insert(near[b], { a, cost })
  end
  return near
end

-- The distances from one node and the first hop on the way to each other one: Dijkstra's algorithm, with the nodes that
-- wait to be looked at in groups of the same distance (by links of equal cost there are never more than two).
local function explore(near, from)
  local distance, next_hop, settled = { [from] = 0 }, {}, {}
  local pending, groups = { 0 }, { [0] = { from } } -- the greatest distance first

  local function push(name, far)
    local group = groups[far]
    if group then return insert(group, name) end
    groups[far] = { name }
    local place = #pending
    while place > 0 and pending[place] < far do place = place - 1 end
    insert(pending, place + 1, far)
  end

  local function visit(name, so_far)
    settled[name] = true
    for _, edge in ipairs(near[name]) do
      local other, far = edge[1], so_far + edge[2]
      if not distance[other] or far < distance[other] then
        distance[other], next_hop[other] = far, next_hop[name] or other
        push(other, far)
      end
    end
  end

  while #pending > 0 do
    local so_far = remove(pending)
    for _, name in ipairs(groups[so_far]) do
      if not settled[name] then visit(name, so_far) end
    end
    groups[so_far] = nil
  end
  return { distance = distance, next = next_hop }
end

function topo.shortest_paths(graph)
  local near = neighbours(graph, "graph.shortest_paths")
  local names = {}
  for i, node in ipairs(graph.nodes) do names[i] = node.name end
  local paths = setmetatable({}, {
    __index = function(paths, from)
      if not near[from] then no_node(graph, "graph.shortest_paths", from) end
      local found = explore(near, from)
      rawset(paths, from, found)
      return found
    end,
    __pairs = function(paths)
      local i = 0
      return function()
        i = i + 1
        if names[i] then return names[i], paths[names[i]] end
      end
    end,
    __tostring = function() return ("shortest paths between %d nodes"):format(#names) end,
  })
  return paths
end

function topo.diameter(graph)
  local near, most = neighbours(graph, "graph.diameter"), 0
  for _, node in ipairs(graph.nodes) do
    local distance, reached = explore(near, node.name).distance, 0
    for _, far in pairs(distance) do
      reached = reached + 1
      if far > most then most = far end
    end
    if reached < #graph.nodes then return huge end
  end
  return most
end

function topo.connected(graph)
  local near, reached = neighbours(graph, "graph.connected"), 0
  if #graph.nodes == 0 then return true end
  for _ in pairs(explore(near, graph.nodes[1].name).distance) do reached = reached + 1 end
  return reached == #graph.nodes
end

function topo.degree(graph)
  local degrees = {}
  for name, links in pairs(neighbours(graph, "graph.degree")) do degrees[name] = #links end
  return degrees
end

-- A copy of each record, as `change` returns it or left it.
local function changed(records, what, change)
  local copies = {}
  for i, record in ipairs(records) do
    local copy = {}
    for key, value in pairs(record) do copy[key] = value end
    if change then
      local other = change(copy)
      if other ~= nil then copy = other end
    end
    if type(copy) ~= "table" then
      local wrong = { what = ("what the function made of %s %d"):format(what, i), expected = "a table" }
      wrong.got = host.describe(copy)
      refuse("graph.map", "GRAPH_VALUE", wrong)
    end
    copies[i] = copy
  end
  return copies
end

function topo.map(graph, change_node, change_link)
  local nodes, renamed = changed(graph.nodes, "node", change_node), {}
  for i, node in ipairs(nodes) do renamed[graph.nodes[i].name] = node.name end
  local links = {}
  for i, link in ipairs(changed(graph.links, "link")) do
    link.a, link.b = renamed[link.a] or link.a, renamed[link.b] or link.b
    links[i] = link
  end
  return setmetatable({ nodes = nodes, links = changed(links, "link", change_link) }, graph_metatable)
end

-- Saying

local function counted(count, what)
  if count == 1 then return "1 " .. what end
  return ("%d %s%s"):format(count, what, what:find "ch$" and "es" or "s")
end

-- How many records have each value of a field, in the order in which the values appear.
local function tally(records, field)
  local counts, order = {}, {}
  for _, record in ipairs(records) do
    local value = record[field]
    if value ~= nil then
      if not counts[value] then insert(order, value) end
      counts[value] = (counts[value] or 0) + 1
    end
  end
  return counts, order
end

-- "20 routers (4 core, 8 aggregation, 8 edge), 16 hosts, 48 links"
function graph_metatable.__tostring(graph)
  local words = {}
  local counts, kinds = tally(graph.nodes, "kind")
  for _, kind in ipairs(kinds) do
    local of_kind = {}
    for _, node in ipairs(graph.nodes) do
      if node.kind == kind then insert(of_kind, node) end
    end
    local text = counted(counts[kind], kind)
    local parts, roles = tally(of_kind, "role")
    for i, role in ipairs(roles) do roles[i] = ("%d %s"):format(parts[role], role) end
    if #roles > 1 then text = ("%s (%s)"):format(text, concat(roles, ", ")) end
    insert(words, text)
  end
  insert(words, counted(#graph.links, "link"))
  return "graph: " .. concat(words, ", ")
end
