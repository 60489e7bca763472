---@meta

--- Graphs of well-known shapes, as plain data: no privileges, no kernel. Hosts are called `h1` …, switches `s1` …, routers
--- `r1` …, in the order in which a graph lists them. There is at most one link between two nodes.
---@class nsl.topo
topo = {}

--- A node of a graph. What else stands in it is carried along.
---@class nsl.GraphNode
---@field name string                # unique in its graph
---@field kind? "host"|"router"|"switch"
---@field role? string               # in a fat tree "core", "aggregation", "edge" or "host", in a leaf-spine "spine", "leaf" or "host"

--- A link between two nodes. What else stands in it is carried along.
---@class nsl.GraphLink
---@field a string                   # the name of a node
---@field b string                   # the name of the other
---@field cost? number               # what a path pays for it, from 0; 1 unless told

--- The ways from one node to all others that it can reach.
---@class nsl.Paths
---@field distance { [string]: number } # the sum of costs to each node; to itself 0
---@field next { [string]: string }  # the first hop on the way to each other node

--- Nodes and the links between them: a table that may be read and changed. As text it is a summary:
--- `graph: 20 routers (4 core, 8 aggregation, 8 edge), 16 hosts, 48 links`.
---@class nsl.Graph
---@field nodes nsl.GraphNode[]
---@field links nsl.GraphLink[]
---@field shortest_paths fun(self: nsl.Graph): { [string]: nsl.Paths } # by the node they begin at, each found when it is first asked for: `paths.h1.distance.h5`
---@field diameter fun(self: nsl.Graph): number                    # the greatest distance between two nodes; math.huge if not all are connected
---@field connected fun(self: nsl.Graph): boolean                  # whether there is a way from each node to each other
---@field degree fun(self: nsl.Graph): { [string]: integer }       # the number of links at each node
---@field map fun(self: nsl.Graph, node?: (fun(node: nsl.GraphNode): nsl.GraphNode?), link?: (fun(link: nsl.GraphLink): nsl.GraphLink?)): nsl.Graph # a copy, each node and link of which is what its function made of it: what it returns, or else what it left. Links follow nodes that are renamed

--- What every generator takes.
---@class nsl.ShapeOpts
---@field hosts? integer             # how many hosts hang on each edge node (a leaf, the switches a tree or star has hosts at, any router elsewhere), beside those that are there anyway; none unless told
---@field kind? "router"|"switch"    # what the nodes are that are no hosts

--- Gives `n` routers in a row.
--- ```lua
--- print(topo.line(3)) --> graph: 3 routers, 2 links
--- ```
---@param n integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.line(n, opts) end

--- Gives `n` routers in a circle.
--- ```lua
--- for name, paths in pairs(topo.ring(6):shortest_paths()) do
---   print(name, paths.distance.r4, paths.next.r4)
--- end
--- ```
---@param n integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.ring(n, opts) end

--- Gives `n` routers, each linked to each.
--- ```lua
--- assert(topo.mesh(5):diameter() == 1)
--- ```
---@param n integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.mesh(n, opts) end

--- Gives a switch with `n` hosts.
--- ```lua
--- print(topo.star(20)) --> graph: 1 switch, 20 hosts, 20 links
--- ```
---@param n integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.star(n, opts) end

--- Gives routers in `h` rows of `w`.
--- ```lua
--- local city = topo.grid(4, 3, { hosts = 1 })
--- assert(#city.nodes == 24 and #city.links == 17 + 12)
--- ```
---@param w integer
---@param h integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.grid(w, h, opts) end

--- Gives a grid in which the ends of each row and column are linked too.
--- ```lua
--- for _, links in pairs(topo.torus(4, 4):degree()) do
---   assert(links == 4)
--- end
--- ```
---@param w integer
---@param h integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.torus(w, h, opts) end

--- Gives the corners of a cube of `d` dimensions: 2^d routers with `d` links each.
--- ```lua
--- assert(topo.hypercube(4):diameter() == 4)
--- ```
---@param d integer
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.hypercube(d, opts) end

--- The shape of a tree.
---@class nsl.TreeOpts: nsl.ShapeOpts
---@field depth integer              # how many levels of switches
---@field fanout integer             # how many switches hang on each, and hosts on each of the last level

--- Gives a tree of switches with hosts at its leaves.
--- ```lua
--- print(topo.tree { depth = 2, fanout = 3 }) --> graph: 4 switches, 9 hosts, 12 links
--- ```
---@param opts nsl.TreeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.tree(opts) end

--- Gives a fat tree of `k` pods: k²/4 cores, and in each pod k/2 aggregation and k/2 edge routers.
---
--- Each edge router has k/2 hosts unless `hosts` says another number.
--- ```lua
--- local routers = topo.fat_tree(4, { hosts = 0 })
--- assert(#routers.nodes == 20 and routers.nodes[1].role == "core")
--- ```
---@param k integer                  # even
---@param opts? nsl.ShapeOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.fat_tree(k, opts) end

--- The shape of a leaf-spine.
---@class nsl.LeafSpineOpts: nsl.ShapeOpts
---@field spines integer
---@field leaves integer             # each is linked to each spine

--- Gives two layers of routers: each leaf is linked to each spine.
--- ```lua
--- local fabric = topo.leaf_spine { spines = 2, leaves = 4, hosts = 8 }
--- ```
---@param opts nsl.LeafSpineOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.leaf_spine(opts) end

--- A random graph, by the number of its links or by the chance of each: one of `links` and `p` is needed.
---@class nsl.RandomOpts: nsl.ShapeOpts
---@field n integer                  # how many routers
---@field links? integer             # how many links, from n - 1 on
---@field p? number                  # the probability of each link, from 0 to 1; what is not connected by chance is linked then
---@field seed? integer              # another seed gives another graph; 1 unless told

--- Gives routers with links between random ones.
---
--- It is always connected, and the same for the same seed on every machine.
--- ```lua
--- local graph = topo.random { n = 100, links = 150, seed = 7 }
--- assert(graph:connected())
--- ```
---@param opts nsl.RandomOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.random(opts) end

--- A random graph in which near nodes are linked more likely.
---@class nsl.WaxmanOpts: nsl.ShapeOpts
---@field n integer                  # how many routers
---@field alpha? number              # how far links reach, above 0 to 1; 0.1 unless told
---@field beta? number               # how many links there are, above 0 to 1; 0.4 unless told
---@field seed? integer              # another seed gives another graph; 1 unless told

--- Gives routers at random places of a square, near ones of which are linked more likely than others.
---
--- The probability of a link is beta · e^(-distance / (alpha · diagonal)) (Waxman 1988). The graph is always connected, and
--- the same for the same seed on every machine.
--- ```lua
--- local graph = topo.waxman { n = 50, alpha = 0.2, beta = 0.5 }
--- ```
---@param opts nsl.WaxmanOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.waxman(opts) end

--- A random graph that grew.
---@class nsl.BarabasiAlbertOpts: nsl.ShapeOpts
---@field n integer                  # how many routers
---@field m integer                  # how many links each new one brings; the first m + 1 are all linked
---@field seed? integer              # another seed gives another graph; 1 unless told

--- Gives routers that came one after the other, each linking to `m` of those before it.
---
--- It does so the likelier the more links these have (Barabási, Albert 1999). The graph is connected, and the same for the
--- same seed on every machine.
--- ```lua
--- local graph = topo.barabasi_albert { n = 200, m = 2 }
--- ```
---@param opts nsl.BarabasiAlbertOpts
---@return nsl.Graph graph
---@raises EINVAL
---@since 0.1
function topo.barabasi_albert(opts) end
