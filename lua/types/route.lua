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
---@field tos? integer|string         # only for packets of this type of service: a number, or a name in /etc/iproute2/rt_dsfield
---@field pref? "low"|"medium"|"high" # among routers (IPv6)
---@field family? nsl.Family|"mpls"   # of "default", where no address tells it; "mpls": the destination is a label
---@field onlink? boolean             # the gateway is on the link, whatever its addresses say
---@field type? "unicast"|"local"|"broadcast"|"multicast"|"blackhole"|"unreachable"|"prohibit"|"throw"
---@field nhid? integer               # the id of a nexthop object
---@field nexthops? nsl.Nexthop[]     # several ways, shared by weight
---@field vrf? nsl.Dev                # in the table of this VRF
---@field from? string                # only for packets from these addresses (IPv6)
---@field realms? integer|string      # "to" or "from/to": numbers, or names in /etc/iproute2/rt_realms (IPv4)
---@field expires? integer            # gone after so many seconds (IPv6)
---@field as? integer|string          # the labels that take the place of the label (MPLS): "100/200"
---@field ttl_propagate? boolean      # whether the TTL goes from the label to the packet (MPLS)
---@field encap? nsl.Encap            # what packets that go this way are wrapped in
---@field lock? string|string[]       # these metrics stay as they are: { "mtu" }
---@field window? integer             # greatest TCP window that is announced, in bytes
---@field rtt? number|string          # first guess of the round-trip time: seconds, or "20ms"
---@field rttvar? number|string       # first guess of how much that varies
---@field rto_min? number|string      # least time before TCP sends again
---@field ssthresh? integer           # first slow-start threshold
---@field cwnd? integer               # greatest congestion window, where that is locked
---@field initcwnd? integer           # first congestion window, in segments
---@field initrwnd? integer           # first window that is announced, in segments
---@field hoplimit? integer           # of packets that go this way
---@field reordering? integer         # packets out of order that are no loss yet
---@field features? string|string[]   # { "ecn" }
---@field quickack? boolean           # acknowledge at once
---@field congctl? string             # the congestion control: "reno"
---@field fastopen_no_cookie? boolean # TCP Fast Open without a cookie

--- A program of the extended BPF for the packets of a route. Read, it has its `bpf_name` alone, and at a segment `prog` with its
--- id, by which it is used again.
---@class nsl.EncapProgram
---@field object? string              # the object file it is in
---@field section? string             # the section of it; "prog" if nobody says
---@field program? string             # the function's name, in whatever section
---@field object_pinned? string       # where it is pinned
---@field bpf_name? string            # what `ip` calls it: "file.o:[section]"
---@field prog? { id: integer }

--- What packets are wrapped in.
---@class nsl.Encap
---@field type "mpls"|"ip"|"ip6"|"seg6"|"seg6local"|"rpl"|"ioam6"|"xfrm"|"bpf"|"ila"
---@field labels? integer|string      # mpls: one label, or several: "100/200"
---@field ttl? integer                # mpls, ip
---@field id? integer                 # ip, ip6: the tunnel's key
---@field dst? string                 # ip, ip6: the other end
---@field src? string                 # ip, ip6
---@field tos? integer                # ip
---@field hoplimit? integer           # ip6
---@field tc? integer                 # ip6: traffic class
---@field key? boolean                # ip, ip6: send the key
---@field csum? boolean               # ip, ip6: send checksums
---@field seq? boolean                # ip, ip6: send sequence numbers
---@field mode? string                # seg6: "encap", "inline", "l2encap", "encap.red" or "l2encap.red"; ioam6: "encap", "inline" or "auto"
---@field segs? string|string[]       # seg6, rpl: the addresses to go by, in order
---@field hmac? integer               # seg6: the key to sign with
---@field action? string              # seg6local: "End", "End.X", "End.DT4", …
---@field table? integer|string       # seg6local: the routing table to ask
---@field vrftable? integer|string    # seg6local: the table of a VRF
---@field nh4? string                 # seg6local: the next hop
---@field nh6? string                 # seg6local: the next hop
---@field iif? nsl.Dev                # seg6local
---@field oif? nsl.Dev                # seg6local
---@field endpoint? nsl.EncapProgram   # seg6local: the program of the action "End.BPF"
---@field srh? { segs: string[], hmac?: integer }    # seg6local: the header to put before
---@field flavors? string|string[]    # seg6local: "psp", "usp", "usd", "next-csid"
---@field lblen? integer              # seg6local: bits of the block that "next-csid" shifts
---@field nflen? integer              # seg6local: bits of a segment that it shifts by
---@field in? nsl.EncapProgram         # bpf: the program for packets that come in (`in_ = {…}`)
---@field out? nsl.EncapProgram        # bpf: for those that go out
---@field xmit? nsl.EncapProgram       # bpf: for those that are sent, which it may wrap
---@field headroom? integer            # bpf: the bytes that it needs for that
---@field count? boolean              # seg6local: count packets; what was counted is in `counters`
---@field freq? string                # ioam6: how many of so many packets: "1/2"
---@field tundst? string              # ioam6: the tunnel's end
---@field tunsrc? string              # ioam6: its beginning (Linux 6.13)
---@field trace? { type: integer, ns: integer, size: integer }    # ioam6: which data, of which namespace, room in bytes
---@field if_id? integer              # xfrm: the interface whose policies hold
---@field link_dev? nsl.Dev           # xfrm
---@field locator? string             # ila: the locator that takes the place of the destination's: "fd00:0:0:2"
---@field csum_mode? string           # ila: as `netns.ila_add` has it
---@field ident_type? string          # ila: as `netns.ila_add` has it
---@field hook_type? "output"|"input" # ila: whether it is what goes out or what comes in that is changed

--- One of several ways of a route.
---@class nsl.Nexthop
---@field via? string                 # the gateway's address
---@field dev? nsl.Dev                # the link it leaves by
---@field weight? integer             # from 1 to 256; 1 unless told
---@field onlink? boolean             # the gateway is on the link, whatever its addresses say
---@field realms? integer|string      # "to" or "from/to"
---@field as? integer|string          # the labels that take the place of the label (MPLS)
---@field encap? nsl.Encap            # what packets that go this way are wrapped in

--- A route as the kernel has it. It can be given to `netns.route_add` as its options.
---@class nsl.RouteRecord: nsl.RouteOpts
---@field dst string                  # "10.0.0.0/8", "10.0.0.1", or "default"
---@field family nsl.Family
---@field flags? string[]             # as `ip` shows them: "linkdown"
---@field iif? string                 # the link that `route_get` was asked about
---@field mark? integer               # the firewall mark that it was asked about
---@field uid? integer                # the user that it was asked about

--- Which routes are meant.
---@class nsl.RouteListOpts
---@field table? integer|string       # "main" unless told; "all": every table
---@field family? nsl.Family|"mpls"   # IPv4 and IPv6 unless told
---@field proto? integer|string       # those of this maker
---@field dev? nsl.Dev                # those that leave by this link
---@field vrf? nsl.Dev                # those of this VRF's table
---@field type? string                # those of this type: "blackhole"
---@field scope? integer|string       # those of this scope
---@field tos? integer|string         # those for this type of service
---@field metric? integer             # those with this metric
---@field via? string                 # those over a gateway in this network
---@field src? string                 # those that suggest a source address in this network
---@field from? string                # those for packets from this very network alone (IPv6)
---@field exact? string               # those to this very network
---@field root? string                # those to this network and to all inside
---@field match? string               # those that an address or a network is inside of
---@field nhid? integer               # those over this nexthop object
---@field realms? integer|string      # those of these realms
---@field cached? boolean             # what the kernel keeps for single destinations, instead

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

--- Changes the route to a destination.
--- ```lua
--- netns.route_change("ns0", "default", { via = "192.168.1.252" })
--- ```
---@param ns nsl.Ns
---@param dst string                  # a network, an address, or "default"
---@param opts nsl.RouteOpts
---@raises ESRCH ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.route_change(ns, dst, opts) end

--- Adds a route behind those to the same destination; of IPv6 they become one that goes several ways.
--- ```lua
--- netns.route_append("ns0", "2001:db8:9::/48", { via = "2001:db8:1::2" })
--- ```
---@param ns nsl.Ns
---@param dst string                  # a network, an address, or "default"
---@param opts nsl.RouteOpts
---@raises EEXIST ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.route_append(ns, dst, opts) end

--- Adds a route before those to the same destination.
--- ```lua
--- netns.route_prepend("ns0", "10.0.0.0/8", { via = "192.168.1.251" })
--- ```
---@param ns nsl.Ns
---@param dst string                  # a network, an address, or "default"
---@param opts nsl.RouteOpts
---@raises EEXIST ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.route_prepend(ns, dst, opts) end

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
---@field vrf? nsl.Dev                # the VRF it is of
---@field mark? integer               # its firewall mark
---@field tos? integer|string         # its type of service
---@field ipproto? integer|string     # its protocol: "tcp"
---@field sport? integer              # the port it comes from
---@field dport? integer              # the port it goes to
---@field uid? integer                # the user whose it is
---@field flowlabel? integer          # its flow label (IPv6, Linux 6.14)
---@field connected? boolean          # from the source address that the kernel suggests
---@field notify? boolean             # `ip monitor route` is told, too
---@field fibmatch? boolean           # tell the route as it is in the table
---@field family? nsl.Family|"mpls"   # "mpls": of a label

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
