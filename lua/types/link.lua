---@meta

--- A link (a network interface): an identity, which each call resolves anew. It has every function of `netns` that takes
--- a device as a method, without the prefix `link_`, and prints as one would type it (`ns0/veth0`). `ns:link "eth0"` is a
--- reference and may name what is made a moment later. `<close>` deletes a link that the same scope made.
---@class nsl.Link
---@field name string                 # without its namespace
---@field netns nsl.Netns             # where it is
---@field index integer               # unique in its namespace
---@field set fun(self: nsl.Link, opts: nsl.LinkOpts): nsl.Link                            # netns.link_set
---@field shape fun(self: nsl.Link, opts: nsl.ShapingOpts)                                  # netns.shape
---@field shape_clear fun(self: nsl.Link)                                                  # netns.shape_clear
---@field add fun(self: nsl.Link, opts: nsl.LinkAddOpts): nsl.Link                         # netns.link_add, for a reference
---@field veth fun(self: nsl.Link, other: nsl.Dev, opts?: nsl.VethOpts): nsl.Link, nsl.Link # netns.veth, for a reference
---@field link fun(self: nsl.Link): nsl.Link                                               # itself
---@field delete fun(self: nsl.Link)                                                       # netns.link_delete
---@field get fun(self: nsl.Link): nsl.LinkRecord                                          # netns.link_get
---@field wait fun(self: nsl.Link, opts: nsl.LinkWaitOpts, timeout?: nsl.Time): nsl.LinkRecord? # netns.link_wait
---@field show fun(self: nsl.Link): nsl.Shown                                              # netns.show
---@field addr_add fun(self: nsl.Link, address: string, opts?: nsl.AddrOpts)               # netns.addr_add
---@field addr_replace fun(self: nsl.Link, address: string, opts?: nsl.AddrOpts)           # netns.addr_replace
---@field addr_delete fun(self: nsl.Link, address: string, opts?: nsl.AddrOpts)            # netns.addr_delete
---@field addr_list fun(self: nsl.Link): nsl.AddrRecord[]                                  # netns.addr_list
---@field addr_flush fun(self: nsl.Link)                                                   # netns.addr_flush
---@field neigh_add fun(self: nsl.Link, address: string, opts?: nsl.NeighOpts)              # netns.neigh_add
---@field neigh_replace fun(self: nsl.Link, address: string, opts?: nsl.NeighOpts)          # netns.neigh_replace
---@field neigh_change fun(self: nsl.Link, address: string, opts?: nsl.NeighOpts)           # netns.neigh_change
---@field neigh_delete fun(self: nsl.Link, address: string, opts?: nsl.NeighOpts)           # netns.neigh_delete
---@field neigh_list fun(self: nsl.Link, opts?: nsl.NeighListOpts): nsl.NeighRecord[]       # netns.neigh_list
---@field neigh_flush fun(self: nsl.Link, opts?: nsl.NeighListOpts): integer                # netns.neigh_flush
---@field fdb_add fun(self: nsl.Link, mac: string, opts?: nsl.FdbOpts)                     # netns.fdb_add
---@field fdb_append fun(self: nsl.Link, mac: string, opts?: nsl.FdbOpts)                  # netns.fdb_append
---@field fdb_replace fun(self: nsl.Link, mac: string, opts?: nsl.FdbOpts)                 # netns.fdb_replace
---@field fdb_delete fun(self: nsl.Link, mac: string, opts?: nsl.FdbOpts)                  # netns.fdb_delete
---@field fdb_get fun(self: nsl.Link, mac: string, opts?: nsl.FdbKey): nsl.FdbRecord       # netns.fdb_get
---@field fdb_list fun(self: nsl.Link, opts?: nsl.FdbListOpts): nsl.FdbRecord[]            # netns.fdb_list
---@field fdb_flush fun(self: nsl.Link, opts?: nsl.FdbFlushOpts)                           # netns.fdb_flush

--- What a link can be, whatever its kind: options of `netns.link_add` and `netns.link_set`, and of each end of a veth
--- pair. In `ip link`'s words. A master given by its name alone is in the namespace of the link.
---@class nsl.LinkOpts: nsl.BridgeOpts, nsl.BridgePortOpts, nsl.VrfOpts
---@field type? string                # its kind: "veth", "bridge", "dummy" …, as `ip link` names it; a link that is there keeps it
---@field up? boolean                 # administratively up (or, false, down)
---@field down? boolean               # administratively down
---@field mtu? integer                # bytes
---@field address? string             # MAC address: "02:00:00:00:00:01"
---@field mac? string                 # the same
---@field ip? string|string[]         # addresses to add, each with its prefix: "10.0.0.1/24"
---@field name? string                # a new name
---@field netns? nsl.Ns               # moves it to this namespace
---@field master? nsl.Dev             # makes it a port of this link (a bridge, …)
---@field nomaster? boolean           # makes it a port of none
---@field alias? string               # free text; "": none
---@field group? integer|string       # a group of links: a number, or a name in /etc/iproute2/group
---@field link_group? integer|string  # the same, for kinds that have a group of their own (vxlan)
---@field link? nsl.Dev               # what a new link stands on (vlan, macvlan …), which may be in another namespace
---@field link_netns? nsl.Ns          # the namespace whose links and addresses a new link works with (tunnels)
---@field txqueuelen? integer         # packets in its transmit queue
---@field promisc? boolean            # takes every packet
---@field allmulticast? boolean       # takes every multicast packet
---@field multicast? boolean          # can do multicast
---@field arp? boolean                # uses ARP
---@field addrgenmode? "eui64"|"none"|"stable_secret"|"random"    # how it makes its IPv6 link-local address
---@field carrier? boolean            # the carrier, of a link that lets it be set (dummy)

--- What a new link is to be.
---@class nsl.LinkAddOpts: nsl.LinkOpts
---@field type string                 # as in nsl.LinkOpts, and needed

--- Options of a bridge.
---@class nsl.BridgeOpts
---@field forward_delay? number       # seconds
---@field hello_time? number          # seconds
---@field max_age? number             # seconds
---@field ageing_time? number         # seconds that a learned address stays
---@field stp_state? boolean          # spanning tree
---@field priority? integer           # of the bridge, for spanning tree
---@field vlan_filtering? boolean
---@field vlan_protocol? "802.1Q"|"802.1ad"
---@field vlan_default_pvid? integer
---@field vlan_stats_enabled? boolean
---@field vlan_stats_per_port? boolean
---@field group_fwd_mask? integer
---@field group_address? string
---@field mcast_router? integer
---@field mcast_snooping? boolean
---@field mcast_query_use_ifaddr? boolean
---@field mcast_querier? boolean
---@field mcast_hash_elasticity? integer
---@field mcast_hash_max? integer
---@field mcast_last_member_count? integer
---@field mcast_startup_query_count? integer
---@field mcast_last_member_interval? number        # seconds
---@field mcast_membership_interval? number         # seconds
---@field mcast_querier_interval? number            # seconds
---@field mcast_query_interval? number              # seconds
---@field mcast_query_response_interval? number     # seconds
---@field mcast_startup_query_interval? number      # seconds
---@field mcast_stats_enabled? boolean
---@field mcast_igmp_version? integer
---@field mcast_mld_version? integer
---@field nf_call_iptables? boolean
---@field nf_call_ip6tables? boolean
---@field nf_call_arptables? boolean
---@field fdb_max_learned? integer

--- Options of a VRF.
---@class nsl.VrfOpts
---@field table? integer              # the number of the routing table that its ports use

--- Options of a link that is a port of a bridge.
---@class nsl.BridgePortOpts
---@field state? "disabled"|"listening"|"learning"|"forwarding"|"blocking"
---@field priority? integer           # of the port, for spanning tree
---@field cost? integer               # of the port, for spanning tree
---@field hairpin? boolean            # a frame may leave through the port it came in by
---@field guard? boolean              # takes no BPDUs
---@field root_block? boolean         # never the root port
---@field fastleave? boolean
---@field learning? boolean           # learns addresses
---@field flood? boolean              # gets frames to unknown addresses
---@field proxy_arp? boolean
---@field proxy_arp_wifi? boolean
---@field mcast_router? integer
---@field mcast_flood? boolean
---@field mcast_to_unicast? boolean
---@field bcast_flood? boolean
---@field group_fwd_mask? integer
---@field neigh_suppress? boolean
---@field isolated? boolean           # gets nothing from other isolated ports
---@field locked? boolean             # takes frames from known addresses only
---@field mab? boolean
---@field vlan_tunnel? boolean

--- A link as the kernel has it. Its keys are the options that write them, beside those that only reading gives; it can be
--- given to `netns.link_add` and `netns.link_set` as it is.
---@class nsl.LinkRecord: nsl.LinkOpts
---@field name string
---@field type? string                # its kind; nil for lo and for hardware
---@field index integer               # unique in its namespace
---@field operstate "UP"|"DOWN"|"UNKNOWN"|"LOWERLAYERDOWN"|"DORMANT"|"TESTING"|"NOTPRESENT"
---@field carrier boolean
---@field flags string[]              # as `ip` shows them: "BROADCAST", "LOWER_UP"
---@field netns? string               # the name of its namespace, where it has one
---@field peer? string                # the other end of a veth pair, where its namespace can be named: "ns1/veth1"
---@field link_index? integer         # of the link it stands on, or of the other end
---@field link_netnsid? integer       # the id of the namespace that `link_index` counts in
---@field link? string                # what it stands on: a bare name in its own namespace, else "ns0/eth0"
---@field link_netns? string          # the name of the other namespace it works with, where it has one
---@field qdisc? string               # its root queueing discipline: "noqueue"
---@field stats nsl.LinkStats

--- A link's counters.
---@class nsl.LinkStats
---@field rx_bytes integer
---@field rx_packets integer
---@field rx_errors integer
---@field rx_dropped integer
---@field tx_bytes integer
---@field tx_packets integer
---@field tx_errors integer
---@field tx_dropped integer
---@field multicast integer
---@field collisions integer

--- What a pair of veths takes.
---@class nsl.VethOpts
---@field mtu? integer                # of both ends
---@field up? boolean                 # both ends up; they are down unless told
---@field a? nsl.LinkOpts             # of the first end
---@field b? nsl.LinkOpts             # of the second end

--- Gives a handle of a link by its name; the link may be made later.
--- ```lua
--- local eth0 = netns.link "ns0/eth0"
--- netns.veth(eth0, "ns1/eth0")
--- eth0:set { up = true }
--- ```
---@param dev nsl.Dev
---@return nsl.Link link
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.link(dev) end

--- Makes a pair of veths, each end where it belongs, in one message; without names the kernel names both.
--- ```lua
--- netns.veth("ns0/veth0", "ns1/veth1", { up = true, a = { ip = "192.168.1.1/24" }, b = { ip = "192.168.1.2/24" } })
--- local left, right = netns.veth()
--- ```
---@param dev_a? nsl.Dev
---@param dev_b? nsl.Dev
---@param opts? nsl.VethOpts
---@return nsl.Link a, nsl.Link b
---@raises EEXIST ENOENT EINVAL ENODEV EPERM EOPNOTSUPP
---@since 0.1
function netns.veth(dev_a, dev_b, opts) end

--- Makes a link of any kind the kernel has, with the options of that kind in `ip link`'s words.
---
--- A veth's other end is `peer`, in the same namespace unless told; left out, it has a name that is free.
--- ```lua
--- netns.link_add("ns0/veth0", { type = "veth", peer = "ns1/veth1" })
--- netns.link_add("ns0/br0", { type = "bridge", stp_state = true, up = true })
--- ```
---@param dev nsl.Dev
---@param opts nsl.LinkAddOpts
---@return nsl.Link link
---@raises EEXIST ENOENT EINVAL EPERM EOPNOTSUPP
---@since 0.1
function netns.link_add(dev, opts) end

--- Changes a link; gives it under its new name and in its new place.
---
--- What cannot be done in one message is undone when a part of it fails.
--- ```lua
--- netns.link_set("ns0/eth0", { mtu = 9000, up = true })
--- local moved = netns.link_set("eth1", { netns = "ns0", name = "eth0" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.LinkOpts
---@return nsl.Link link
---@raises ENODEV ENOENT EINVAL EEXIST EBUSY EPERM EOPNOTSUPP EXFULL
---@since 0.1
function netns.link_set(dev, opts) end

--- Deletes a link.
--- ```lua
--- netns.link_delete "ns0/veth0"
--- ```
---@param dev nsl.Dev
---@raises ENODEV ENOENT EPERM EOPNOTSUPP
---@since 0.1
function netns.link_delete(dev) end

--- Lists the links of a namespace, in the kernel's order.
--- ```lua
--- for _, link in ipairs(netns.link_list "ns0") do print(link.name, link.operstate) end
--- ```
---@param ns? nsl.Ns
---@return nsl.LinkRecord[] links
---@raises ENOENT EPERM
---@since 0.1
function netns.link_list(ns) end

--- Reads a link: attributes, flags, state, counters, and the options of its kind.
--- ```lua
--- local link = netns.link_get "ns0/veth0"
--- print(link.mtu, link.peer, link.stats.rx_bytes)
--- ```
---@param dev nsl.Dev
---@return nsl.LinkRecord link
---@raises ENODEV ENOENT EPERM
---@since 0.1
function netns.link_get(dev) end

--- What `netns.link_wait` waits for; all of it at once.
---@class nsl.LinkWaitOpts
---@field up? boolean                 # up and able to carry packets, or administratively down
---@field carrier? boolean            # it has a carrier, or none
---@field operstate? string           # "UP", "DOWN" …
---@field present? boolean            # it is there, or gone

--- Waits until a link is as wanted, on the kernel's events.
--- ```lua
--- netns.link_wait("ns0/veth0", { up = true }, 2)
--- ```
---@async
---@param dev nsl.Dev
---@param opts nsl.LinkWaitOpts
---@param timeout? nsl.Time           # for ever unless told
---@return nsl.LinkRecord? link       # as it then is; nil if it was to be gone
---@raises ETIMEDOUT ENODEV ENOENT EINVAL
---@since 0.1
function netns.link_wait(dev, opts, timeout) end

--- Links with their addresses. Prints in the layout of `ip addr`.
---@class nsl.Shown
---@field [integer] nsl.ShownLink

--- A link with its addresses.
---@class nsl.ShownLink: nsl.LinkRecord
---@field addresses nsl.AddrRecord[]

--- Gives what `ip addr` shows of a namespace or of one link, and prints in its layout.
--- ```lua
--- print(netns.show "ns0")
--- for _, link in ipairs(netns.show "ns0/veth0") do print(link.name, #link.addresses) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@return nsl.Shown links
---@raises ENODEV ENOENT EPERM
---@since 0.1
function netns.show(dev_or_ns) end
