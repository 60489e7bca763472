---@meta

--- What a route takes, in `ip route`'s words. A link given by its name alone is in the namespace of the route.
---@class nsl.RouteOpts
---@field via? string                 # the gateway's address
---@field dev? nsl.Dev                # the link it leaves by
---@field src? string                 # the source address that it suggests
---@field metric? integer             # the smaller is taken
---@field table? integer|string       # a number, or a name in /etc/iproute2/rt_tables; "main" unless told
---@field scope? integer|string       # "global", "link", "host", …
---@field proto? integer|string       # who made it: "boot" unless told, as with `ip`
---@field mtu? integer                # bytes
---@field advmss? integer             # bytes of a TCP segment that is announced
---@field tos? integer                # only for packets of this type of service
---@field pref? "low"|"medium"|"high" # among routers (IPv6)
---@field family? nsl.Family          # of "default", where no address tells it
---@field onlink? boolean             # the gateway is on the link, whatever its addresses say
---@field type? "unicast"|"local"|"broadcast"|"multicast"|"blackhole"|"unreachable"|"prohibit"|"throw"
---@field nhid? integer               # the id of a nexthop object
---@field nexthops? nsl.Nexthop[]     # several ways, shared by weight

--- One of several ways of a route.
---@class nsl.Nexthop
---@field via? string                 # the gateway's address
---@field dev? nsl.Dev                # the link it leaves by
---@field weight? integer             # from 1 to 256; 1 unless told
---@field onlink? boolean             # the gateway is on the link, whatever its addresses say

--- A route as the kernel has it. It can be given to `netns.route_add` as its options.
---@class nsl.RouteRecord: nsl.RouteOpts
---@field dst string                  # "10.0.0.0/8", "10.0.0.1", or "default"
---@field family nsl.Family
---@field flags? string[]             # as `ip` shows them: "linkdown"

--- Which routes are meant.
---@class nsl.RouteListOpts
---@field table? integer|string       # "main" unless told; "all": every table
---@field family? nsl.Family          # both unless told
---@field proto? integer|string       # those of this maker
---@field dev? nsl.Dev                # those that leave by this link

--- Adds a route.
--- ```lua
--- netns.route_add("ns0", "default", { via = "192.168.1.254" })
--- netns.route_add("ns0", "10.0.0.0/8", { nexthops = { { via = "10.1.0.1" }, { via = "10.2.0.1", weight = 2 } } })
--- ```
---@param ns nsl.Ns
---@param dst string                  # a network, an address, or "default"
---@param opts nsl.RouteOpts
---@raises EEXIST ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.route_add(ns, dst, opts) end

--- Adds a route, in the place of one to the same destination if there is one.
--- ```lua
--- netns.route_replace("ns0", "default", { via = "192.168.1.253" })
--- ```
---@param ns nsl.Ns
---@param dst string                  # a network, an address, or "default"
---@param opts nsl.RouteOpts
---@raises ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.route_replace(ns, dst, opts) end

--- Deletes a route; options tell it from others to the same destination.
--- ```lua
--- netns.route_delete("ns0", "default")
--- netns.route_delete("ns0", "10.0.0.0/8", { metric = 20 })
--- ```
---@param ns nsl.Ns
---@param dst string                  # a network, an address, or "default"
---@param opts? nsl.RouteOpts
---@raises ESRCH ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.route_delete(ns, dst, opts) end

--- Lists routes: those of the main table unless told.
--- ```lua
--- for _, route in ipairs(netns.route_list "ns0") do print(route.dst, route.via, route.dev) end
--- print(netns.route_list("ns0", { table = "all", family = "inet6" }))
--- ```
---@param ns? nsl.Ns
---@param opts? nsl.RouteListOpts
---@return nsl.RouteRecord[] routes
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.route_list(ns, opts) end

--- What else of a packet counts for its way.
---@class nsl.RouteLookupOpts
---@field from? string                # its source address
---@field iif? string                 # the link it came in by
---@field oif? string                 # the link it must leave by
---@field mark? integer               # its firewall mark

--- Asks the kernel which way a packet to an address would take.
--- ```lua
--- print(netns.route_get("ns0", "10.0.0.1").via)
--- ```
---@param ns nsl.Ns
---@param dst string                  # an address
---@param opts? nsl.RouteLookupOpts
---@return nsl.RouteRecord route
---@raises ENETUNREACH ENOENT EINVAL EPERM
---@since 0.1
function netns.route_get(ns, dst, opts) end

--- Deletes the routes that `netns.route_list` would list.
--- ```lua
--- netns.route_flush("ns0", { proto = "static" })
--- ```
---@param ns nsl.Ns
---@param opts? nsl.RouteListOpts
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.route_flush(ns, opts) end

--- Adds many routes, in batches; an error names the first that was refused.
--- ```lua
--- local routes = {}
--- for i = 1, 255 do routes[i] = { dst = "10." .. i .. ".0.0/16", via = "192.168.1.254" } end
--- netns.routes_add("ns0", routes)
--- ```
---@param ns nsl.Ns
---@param routes nsl.RouteRecord[]    # each as `netns.route_list` gives it
---@raises EEXIST ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.routes_add(ns, routes) end
