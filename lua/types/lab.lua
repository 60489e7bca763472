---@meta

--- Options of a lab.
---@class nsl.LabOpts
---@field subnets? string|false       # where IPv4 subnets come from: "10.0.0.0/8" unless told; false: no IPv4
---@field subnets6? string            # where IPv6 subnets come from
---@field ipv6? boolean               # IPv6 as well, from fd00:6e73:6c00::/48 where `subnets6` names nothing else
---@field routing? "static"|"default"|"none"    # shortest paths (unless told), only the hosts' default routes, or none
---@field ecmp? boolean               # paths of equal cost become one route with several next hops
---@field prefix? string              # what names in /run/netns begin with, for a named lab: NAME- unless told
---@field mtu? integer                # of every link that has none of its own

--- Options of a node.
---
--- An option that may be a function is given by it when the lab comes up: `node.interfaces` is known then, and the node
--- is not up yet.
---@class nsl.NodeOpts
---@field sysctl? table<string, string|number|boolean>|fun(node: nsl.Node): table    # settings of its namespace, on top of the lab's own
---@field addresses? string[]         # more addresses, on its loopback, each with its prefix
---@field routes? nsl.NodeRoute[]     # more routes
---@field role? string                # what it is in the topology
---@field subnet? string|string[]     # the LAN of a switch
---@field ipv6? boolean               # its interfaces speak IPv6, or not, whatever the lab says
---@field stp? boolean                # a switch's spanning tree: on where loops need it, unless told
---@field ns? nsl.Ns|integer          # a namespace that is there already: the lab adds its links with their addresses, and takes them away again
---@field files? table<string, string>|fun(node: nsl.Node): table    # path → text: files that its programs alone see, over what is there
---@field private? string[]           # directories that are its programs' alone, empty at first: "/run/frr"
---@field nft? string|fun(node: nsl.Node): string?    # an nftables ruleset, loaded when it is connected
---@field devices? nsl.NodeDevice[]   # made before its links, so that ends find their masters
---@field run? (string|string[])[]|fun(node: nsl.Node): table        # commands run in order once it is up; a failing one fails `up`
---@field daemons? (string|string[])[]|fun(node: nsl.Node): table    # commands started then, and ended with the lab
---@field setup? fun(node: nsl.Node)  # called once the whole lab is connected, before any `run`; its error fails `up`

--- What is changed of a node. On a lab that is up `apply` carries it out; commands are run for new nodes only.
---@class nsl.ConfigureOpts
---@field sysctl? table<string, string|number|boolean>    # beside those that it has
---@field addresses? string[]         # in the place of those that it has, as all that follows
---@field routes? nsl.NodeRoute[]
---@field role? string
---@field subnet? string|string[]
---@field ipv6? boolean
---@field stp? boolean
---@field nft? string
---@field devices? nsl.NodeDevice[]
---@field run? (string|string[])[]
---@field daemons? (string|string[])[]

--- A device of a node that is no end of a link: what `link_add` takes, and its name. It is up unless told.
---@class nsl.NodeDevice: nsl.LinkAddOpts
---@field name string                 # unique in the node
---@field master? string              # a device of the node before it, or a switch's br0

--- A route of a node beside those of the lab.
---@class nsl.NodeRoute
---@field dst string                  # "default", or a network
---@field via? string                 # the gateway
---@field dev? string                 # the interface

--- Options of a link of a lab. How it sends holds for each direction: a round trip takes twice the `delay`.
---@class nsl.LabLinkOpts: nsl.ShapingOpts
---@field a? nsl.EndOpts              # the first node's end
---@field b? nsl.EndOpts              # the second node's end
---@field subnet? string|string[]     # its network; from the lab's pool unless told
---@field mtu? integer                # bytes
---@field cost? integer               # what a path pays for it: 1 unless told

--- One end of a link. How it sends is said here for this end alone, and wins over the link's, option by option.
---@class nsl.EndOpts: nsl.BridgePortOpts, nsl.ShapingOpts
---@field name? string                # of the interface: eth0, eth1 … unless told
---@field ip? string|string[]|false   # its addresses, with their prefixes; false: none; "auto": what routers on its link tell (SLAAC)
---@field mac? string                 # its MAC address
---@field address? string             # the same
---@field mtu? integer                # bytes
---@field txqueuelen? integer         # packets in its transmit queue
---@field alias? string               # free text
---@field vlan? integer               # where the other side is a switch: the VLAN that it has this end in, which is a subnet of its own
---@field trunk? integer[]            # between switches: the VLANs that the link carries, tagged
---@field nat? boolean                # at a router: what it forwards out of here gets this end's address; what is behind is not routed across the link, and may have addresses that others have
---@field private? boolean            # the same without translation
---@field master? string              # a device of the node that it is a port of
---@field group? integer|string       # a group of links
---@field link_group? integer|string  # the same
---@field promisc? boolean            # takes every packet
---@field allmulticast? boolean       # takes every multicast packet
---@field multicast? boolean          # can do multicast
---@field arp? boolean                # uses ARP
---@field addrgenmode? "eui64"|"none"|"stable_secret"|"random"    # how it makes its IPv6 link-local address
---@field carrier? boolean            # the carrier, of a link that lets it be set

--- How to take a graph into a lab.
---@class nsl.GraphOpts
---@field link? nsl.LabLinkOpts|fun(link: table): nsl.LabLinkOpts?    # for each link
---@field node? nsl.NodeOpts|fun(node: table): nsl.NodeOpts?          # for each node
---@field prefix? string              # before each name

--- How to bring a lab up.
---@class nsl.UpOpts
---@field quiet? boolean              # no notes on stderr
---@field keep? boolean               # a named lab stays when the script ends: `nsl down NAME` takes it down

--- What came up.
---@class nsl.LabStats
---@field nodes integer
---@field links integer
---@field routes integer              # beside those that addresses bring along
---@field elapsed number              # seconds

--- What a plan assigns to one interface.
---@class nsl.PlannedInterface
---@field name string
---@field address string[]            # with their prefixes
---@field mac string
---@field link string                 # "h1 -- r1"
---@field peer { node: string, name: string, address?: string }    # the other end

--- What is asked of all pairs.
---
--- Each host is asked at its first address: once by a neighbour in the plain way, so that ARP (IPv6: neighbour discovery)
--- is tested, and then all pairs are asked over permanent neighbour entries, because the kernel's limit on learned ones
--- (`gc_thresh3`, 1,024) is one for the whole machine and cannot be raised without root. While it runs, `ip neigh` in the
--- nodes shows these entries beside those that were there, which are left alone; when it ends, however it ends, they are
--- gone, and with them what was learned of the same neighbours meanwhile. What was not answered is asked once more.
---@class nsl.PingallOpts
---@field nodes? "all"                # all routed nodes, not only the hosts
---@field sample? integer             # only so many pairs, chosen by the seed
---@field seed? integer
---@field family? nsl.Family          # of the addresses
---@field timeout? nsl.Time           # how long an answer is waited for
---@field quiet? boolean              # no bar on the terminal

--- What all pairs came to. Prints as a matrix, or beyond 40 nodes as a summary.
---@class nsl.PingallResult
---@field sent integer
---@field received integer
---@field loss number                 # from 0 to 1
---@field failed { from: string, to: string }[]
---@field too_far integer             # pairs further apart than a TTL of 255 reaches
---@field elapsed number              # seconds

--- One difference between a plan and what is up.
---@class nsl.Change
---@field action "add"|"remove"|"change"
---@field what string                 # "node", "link", "address", "route", "sysctl", "run", "daemon"; or a setting of a link: "mtu", "up", "mac", "shape" …
---@field node string                 # the node's name
---@field name? string                # of the interface, of the sysctl; a route's destination
---@field have? string                # what there is
---@field want? string                # what is planned

--- What differs, node by node. Prints as a line each, or as `nothing differs`.
---
--- It does not matter whether the plan changed or somebody changed the kernel. Looked at are nodes, links with their
--- settings and shapes, ports, addresses, routes, and the sysctls that the lab sets. What the kernel makes by itself (`lo`,
--- link-local addresses, the routes of addresses) is none of it, nor what ends by itself or is a program's: addresses with
--- a lifetime, routes of routing daemons (by their protocol). Rules, neighbours and nftables rulesets are not looked at.
---@class nsl.Changes
---@field [integer] nsl.Change

--- How to change a lab.
---@class nsl.ApplyOpts
---@field quiet? boolean              # no notes on stderr

--- A lab: data until it is up. Its plan can be changed while it is up: `apply` then carries that out. What is up keeps its
--- names, MACs and addresses when others come and go; a LAN that outgrows its subnet gets a new one.
--- `<close>` takes it down.
---@class nsl.Lab
---@field name? string
---@field nodes table<integer|string, nsl.Node>    # in the order of declaration, and by name
---@field links nsl.Cable[]           # in the order of declaration
---@field stats? nsl.LabStats         # once it was up
---@field host fun(self: nsl.Lab, name: string, opts?: nsl.NodeOpts): nsl.Node      # a node that does not forward
---@field router fun(self: nsl.Lab, name: string, opts?: nsl.NodeOpts): nsl.Node    # a node that forwards
---@field switch fun(self: nsl.Lab, name: string, opts?: nsl.NodeOpts): nsl.Node    # a bridge in a namespace of its own
---@field node fun(self: nsl.Lab, name: string, opts?: nsl.NodeOpts): nsl.Node      # a node whose forwarding is left alone
---@field link fun(self: nsl.Lab, a: nsl.Node|string, b: nsl.Node|string, opts?: nsl.LabLinkOpts): nsl.Cable    # a cable
---@field add fun(self: nsl.Lab, graph: table, opts?: nsl.GraphOpts): table<string, nsl.Node>    # the nodes and links of a graph
---@field remove fun(self: nsl.Lab, node_or_link: nsl.Node|nsl.Cable|string)    # from the plan
---@field up fun(self: nsl.Lab, opts?: nsl.UpOpts): nsl.Lab                     # builds it: all or nothing
---@field down fun(self: nsl.Lab)                                               # ends its programs and takes it away
---@field plan fun(self: nsl.Lab): table                                        # what `up` would do, as data
---@field diff fun(self: nsl.Lab): nsl.Changes                                  # what differs between the plan and what is up; needs no privileges while nothing is
---@field apply fun(self: nsl.Lab, opts?: nsl.ApplyOpts): nsl.Changes           # makes only what differs, and gives it
---@field ping fun(self: nsl.Lab, a: nsl.Node|string, b: nsl.Node|string, opts?: nsl.PingOpts): nsl.PingResult    # from a to b
---@field pingall fun(self: nsl.Lab, opts?: nsl.PingallOpts): nsl.PingallResult # all pairs of hosts at once
---@field throughput fun(self: nsl.Lab, a: nsl.Node|string, b: nsl.Node|string, opts?: nsl.ThroughputOpts): nsl.ThroughputResult    # how much a can send to b

--- A node of a lab. Once the lab is up it is a `Netns` too.
---@class nsl.Node: nsl.Netns
---@field kind "host"|"router"|"switch"|"node"
---@field role? string
---@field interfaces nsl.PlannedInterface[]    # what the plan assigns
---@field netns nsl.Netns             # its namespace, once it is up
---@field configure fun(self: nsl.Node, opts: nsl.ConfigureOpts)    # changes its options in the plan: what is not named stays

--- What is changed of a link: what is not named stays, `false` takes one away.
---@class nsl.CableSetOpts: nsl.ShapingOpts
---@field a? nsl.CableEndOpts         # of the first node's end
---@field b? nsl.CableEndOpts         # of the second node's end
---@field mtu? integer|false          # bytes

--- What is changed of one end of a link.
---@class nsl.CableEndOpts: nsl.ShapingOpts
---@field mtu? integer|false          # bytes; wins over the link's

--- A link of a lab.
---@class nsl.Cable
---@field a nsl.Link                  # its end at the first node, once it is up
---@field b nsl.Link                  # its end at the second node
---@field set fun(self: nsl.Cable, opts: nsl.CableSetOpts)    # changes how it sends and its mtu, in the plan and, once it is up, in the kernel
---@field down fun(self: nsl.Cable)   # takes both ends down
---@field up fun(self: nsl.Cable)     # brings both ends up, with their addresses and routes, until they carry packets

--- Begins a lab: a topology that is data until it is up.
---
--- Addresses, names, MACs and subnets are a function of the script alone. A lab lives as long as its script.
--- ```lua
--- local net <close> = lab.new()
--- local r1 = net:router "r1"
--- for i = 1, 3 do net:link(net:host("h" .. i), r1) end
--- net:up()
--- print(net:pingall())
--- ```
---@param name? string|nsl.LabOpts    # or its options
---@param opts? nsl.LabOpts
---@return nsl.Lab lab
---@raises EINVAL
---@since 0.1
function lab.new(name, opts) end
