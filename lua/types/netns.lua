---@meta

--- The kernel's network namespaces and what is in them, now: a call returns when the kernel has done it, or raises.
---@class nsl.netns
netns = {}

---@alias nsl.Ns string|nsl.Netns|nil      # a name in /run/netns, a handle, or nil: the namespace nsl runs in
---@alias nsl.Dev string|nsl.Link          # "ns/interface", "interface" where nsl runs, or a handle
---@alias nsl.Time number|string           # seconds, or with a unit: "20ms"
---@alias nsl.Rate integer|string          # bits a second, or with a unit: "10mbit", "1gbit", "2mbps" (bytes)
---@alias nsl.Size integer|string          # bytes, or with a unit: "64kb"
---@alias nsl.Ratio number|string         # a share: from 0 to 1, or per cent: "1%"
---@alias nsl.Family "inet"|"inet6"        # IPv4, IPv6

--- A network namespace: an identity, which each call resolves anew. It has every function of `netns` that takes a
--- namespace as a method, and every one that takes a device, named without its namespace (`ns:addr_add("eth0", …)`).
--- It compares equal to another handle of the same namespace, and prints as its name. `<close>` ends what the call that
--- gave the handle made: an anonymous namespace with its processes, or the name that `add` or `attach` gave.
---@class nsl.Netns: nsl.NetnsObjects
---@field name? string                # its name in /run/netns; nil if it is anonymous
---@field id? integer                 # the id that the namespace of nsl has for it, if it has one
---@field inode integer               # its number in the file system of namespaces
---@field path string                 # a file that stands for it: "/run/netns/ns0", "/proc/123/fd/7"
---@field link fun(self: nsl.Netns, name: string): nsl.Link                                      # a reference: the link may be made later
---@field set fun(self: nsl.Netns, id: integer|"auto", opts?: nsl.SetIdOpts): integer            # netns.set
---@field delete fun(self: nsl.Netns, opts?: nsl.DeleteOpts)                                     # netns.delete
---@field pids fun(self: nsl.Netns): integer[]                                                   # netns.pids
---@field exec fun(self: nsl.Netns, cmd: nsl.Command, opts?: nsl.ExecOpts): nsl.ExecResult       # netns.exec
---@field output fun(self: nsl.Netns, cmd: nsl.Command, opts?: nsl.OutputOpts): string           # netns.output
---@field spawn fun(self: nsl.Netns, cmd: nsl.Command, opts?: nsl.SpawnOpts): nsl.Process        # netns.spawn
---@field shell fun(self: nsl.Netns, opts?: nsl.ShellOpts): nsl.ExecResult                       # netns.shell
---@field sysctl fun(self: nsl.Netns, key: string|table, value?: string|number|boolean): any        # netns.sysctl
---@field nft fun(self: nsl.Netns, ruleset: string)                                              # netns.nft
---@field masquerade fun(self: nsl.Netns, out_dev: string|nsl.Link)                             # netns.masquerade
---@field shape fun(self: nsl.Netns, dev: string, opts: nsl.ShapingOpts) # netns.shape
---@field shape_clear fun(self: nsl.Netns, dev: string) # netns.shape_clear
---@field ethtool_get fun(self: nsl.Netns, dev: string): nsl.EthtoolRecord # netns.ethtool_get
---@field ethtool_set fun(self: nsl.Netns, dev: string, opts: nsl.EthtoolOpts) # netns.ethtool_set
---@field ping fun(self: nsl.Netns, target: string|nsl.Netns, opts?: nsl.PingOpts): nsl.PingResult # netns.ping
---@field throughput fun(self: nsl.Netns, b: nsl.Ns, opts?: nsl.ThroughputOpts): nsl.ThroughputResult # netns.throughput
---@field veth fun(self: nsl.Netns, name_a: string, name_b: string, opts?: nsl.VethOpts): nsl.Link, nsl.Link # netns.veth, both ends here
---@field link_add fun(self: nsl.Netns, name: string, opts: nsl.LinkAddOpts): nsl.Link           # netns.link_add
---@field link_set fun(self: nsl.Netns, name: string, opts: nsl.LinkOpts): nsl.Link              # netns.link_set
---@field link_delete fun(self: nsl.Netns, name: string)                                         # netns.link_delete
---@field link_list fun(self: nsl.Netns, opts?: nsl.LinkListOpts): nsl.LinkRecord[]              # netns.link_list
---@field link_flush fun(self: nsl.Netns, opts: nsl.LinkListOpts): integer                        # netns.link_flush
---@field link_get fun(self: nsl.Netns, name: string): nsl.LinkRecord                            # netns.link_get
---@field link_wait fun(self: nsl.Netns, name: string, opts: nsl.LinkWaitOpts, timeout?: nsl.Time): nsl.LinkRecord? # netns.link_wait
---@field show fun(self: nsl.Netns): nsl.Shown                                                   # netns.show
---@field addr_add fun(self: nsl.Netns, name: string, address: string, opts?: nsl.AddrOpts) # netns.addr_add
---@field addr_replace fun(self: nsl.Netns, name: string, address: string, opts?: nsl.AddrOpts) # netns.addr_replace
---@field addr_change fun(self: nsl.Netns, name: string, address: string, opts?: nsl.AddrOpts) # netns.addr_change
---@field addr_delete fun(self: nsl.Netns, name: string, address: string, opts?: nsl.AddrOpts) # netns.addr_delete
---@field addr_list fun(self: nsl.Netns, name_or_opts?: string|nsl.AddrListOpts, opts?: nsl.AddrListOpts): nsl.AddrRecord[] # netns.addr_list
---@field addr_flush fun(self: nsl.Netns, name: string, opts?: nsl.AddrListOpts): integer  # netns.addr_flush
---@field neigh_add fun(self: nsl.Netns, name: string, address: string, opts?: nsl.NeighOpts) # netns.neigh_add
---@field neigh_replace fun(self: nsl.Netns, name: string, address: string, opts?: nsl.NeighOpts) # netns.neigh_replace
---@field neigh_change fun(self: nsl.Netns, name: string, address: string, opts?: nsl.NeighOpts) # netns.neigh_change
---@field neigh_delete fun(self: nsl.Netns, name: string, address: string, opts?: nsl.NeighOpts) # netns.neigh_delete
---@field neigh_get fun(self: nsl.Netns, name: string, address: string, opts?: nsl.NeighGetOpts): nsl.NeighRecord # netns.neigh_get
---@field neigh_list fun(self: nsl.Netns, name_or_opts?: string|nsl.NeighListOpts, opts?: nsl.NeighListOpts): nsl.NeighRecord[] # netns.neigh_list
---@field neigh_flush fun(self: nsl.Netns, name_or_opts?: string|nsl.NeighListOpts, opts?: nsl.NeighListOpts): integer # netns.neigh_flush
---@field netconf_list fun(self: nsl.Netns, name_or_opts?: string|nsl.NetconfOpts, opts?: nsl.NetconfOpts): nsl.NetconfRecord[] # netns.netconf_list
---@field netconf_get fun(self: nsl.Netns, name: string, opts?: nsl.NetconfOpts): nsl.NetconfRecord # netns.netconf_get
---@field ntable_change fun(self: nsl.Netns, name: string, opts: nsl.NtableOpts)           # netns.ntable_change
---@field ntable_list fun(self: nsl.Netns, name_or_opts?: string|nsl.NtableListOpts, opts?: nsl.NtableListOpts): nsl.NtableRecord[] # netns.ntable_list
---@field mroute_list fun(self: nsl.Netns, opts?: nsl.MrouteListOpts): nsl.MrouteRecord[]  # netns.mroute_list
---@field maddr_add fun(self: nsl.Netns, name: string, mac: string)                        # netns.maddr_add
---@field maddr_delete fun(self: nsl.Netns, name: string, mac: string)                     # netns.maddr_delete
---@field maddr_list fun(self: nsl.Netns, name_or_opts?: string|nsl.MaddrListOpts, opts?: nsl.MaddrListOpts): nsl.MaddrRecord[] # netns.maddr_list
---@field token_set fun(self: nsl.Netns, name: string, token: string)                      # netns.token_set
---@field token_delete fun(self: nsl.Netns, name: string)                                  # netns.token_delete
---@field token_get fun(self: nsl.Netns, name: string): nsl.TokenRecord                    # netns.token_get
---@field token_list fun(self: nsl.Netns, name?: string): nsl.TokenRecord[]                # netns.token_list
---@field addrlabel_add fun(self: nsl.Netns, prefix: string, opts: nsl.AddrLabelOpts)      # netns.addrlabel_add
---@field addrlabel_delete fun(self: nsl.Netns, prefix: string, opts?: nsl.AddrLabelOpts)  # netns.addrlabel_delete
---@field addrlabel_list fun(self: nsl.Netns): nsl.AddrLabelRecord[]                       # netns.addrlabel_list
---@field addrlabel_flush fun(self: nsl.Netns): integer                                    # netns.addrlabel_flush
---@field fdb_add fun(self: nsl.Netns, name: string, mac: string, opts?: nsl.FdbOpts)      # netns.fdb_add
---@field fdb_append fun(self: nsl.Netns, name: string, mac: string, opts?: nsl.FdbOpts)   # netns.fdb_append
---@field fdb_replace fun(self: nsl.Netns, name: string, mac: string, opts?: nsl.FdbOpts)  # netns.fdb_replace
---@field fdb_delete fun(self: nsl.Netns, name: string, mac: string, opts?: nsl.FdbOpts)   # netns.fdb_delete
---@field fdb_get fun(self: nsl.Netns, name: string, mac: string, opts?: nsl.FdbKey): nsl.FdbRecord # netns.fdb_get
---@field fdb_list fun(self: nsl.Netns, name_or_opts?: string|nsl.FdbListOpts, opts?: nsl.FdbListOpts): nsl.FdbRecord[] # netns.fdb_list
---@field fdb_flush fun(self: nsl.Netns, name: string, opts?: nsl.FdbFlushOpts)            # netns.fdb_flush
---@field mdb_add fun(self: nsl.Netns, name: string, group: string, opts?: nsl.MdbOpts)    # netns.mdb_add
---@field mdb_replace fun(self: nsl.Netns, name: string, group: string, opts?: nsl.MdbOpts) # netns.mdb_replace
---@field mdb_delete fun(self: nsl.Netns, name: string, group: string, opts?: nsl.MdbOpts) # netns.mdb_delete
---@field mdb_get fun(self: nsl.Netns, name: string, group: string, opts?: nsl.MdbChoice): nsl.MdbRecord[] # netns.mdb_get
---@field mdb_list fun(self: nsl.Netns, name_or_opts?: string|nsl.MdbChoice, opts?: nsl.MdbChoice): nsl.MdbRecord[] # netns.mdb_list
---@field mdb_routers fun(self: nsl.Netns, name?: string): nsl.MdbRouter[]                 # netns.mdb_routers
---@field mdb_flush fun(self: nsl.Netns, name: string, opts?: nsl.MdbChoice): integer      # netns.mdb_flush
---@field qdisc_add fun(self: nsl.Netns, name: string, opts: nsl.QdiscOpts) # netns.qdisc_add
---@field qdisc_replace fun(self: nsl.Netns, name: string, opts: nsl.QdiscOpts) # netns.qdisc_replace
---@field qdisc_change fun(self: nsl.Netns, name: string, opts: nsl.QdiscOpts) # netns.qdisc_change
---@field qdisc_delete fun(self: nsl.Netns, name: string, opts?: nsl.QdiscOpts) # netns.qdisc_delete
---@field qdisc_list fun(self: nsl.Netns, name_or_opts?: string|nsl.QdiscListOpts, opts?: nsl.QdiscListOpts): nsl.QdiscRecord[] # netns.qdisc_list
---@field class_add fun(self: nsl.Netns, name: string, opts: nsl.ClassOpts) # netns.class_add
---@field class_replace fun(self: nsl.Netns, name: string, opts: nsl.ClassOpts) # netns.class_replace
---@field class_change fun(self: nsl.Netns, name: string, opts: nsl.ClassOpts) # netns.class_change
---@field class_delete fun(self: nsl.Netns, name: string, opts: nsl.ClassOpts) # netns.class_delete
---@field class_list fun(self: nsl.Netns, name_or_opts?: string|nsl.ClassListOpts, opts?: nsl.ClassListOpts): nsl.ClassRecord[] # netns.class_list
---@field filter_add fun(self: nsl.Netns, name_or_opts: string|nsl.FilterOpts, opts?: nsl.FilterOpts) # netns.filter_add
---@field filter_replace fun(self: nsl.Netns, name_or_opts: string|nsl.FilterOpts, opts?: nsl.FilterOpts) # netns.filter_replace
---@field filter_change fun(self: nsl.Netns, name_or_opts: string|nsl.FilterOpts, opts?: nsl.FilterOpts) # netns.filter_change
---@field filter_delete fun(self: nsl.Netns, name_or_opts: string|nsl.FilterOpts, opts?: nsl.FilterOpts) # netns.filter_delete
---@field filter_get fun(self: nsl.Netns, name_or_opts: string|nsl.FilterOpts, opts?: nsl.FilterOpts): nsl.FilterRecord # netns.filter_get
---@field filter_list fun(self: nsl.Netns, name_or_opts?: string|nsl.FilterListOpts, opts?: nsl.FilterListOpts): nsl.FilterRecord[] # netns.filter_list
---@field filter_flush fun(self: nsl.Netns, name_or_opts?: string|nsl.FilterListOpts, opts?: nsl.FilterListOpts): integer # netns.filter_flush
---@field chain_add fun(self: nsl.Netns, name_or_opts: string|nsl.ChainOpts, opts?: nsl.ChainOpts) # netns.chain_add
---@field chain_delete fun(self: nsl.Netns, name_or_opts: string|nsl.ChainOpts, opts?: nsl.ChainOpts) # netns.chain_delete
---@field chain_get fun(self: nsl.Netns, name_or_opts: string|nsl.ChainOpts, opts?: nsl.ChainOpts): nsl.ChainRecord # netns.chain_get
---@field chain_list fun(self: nsl.Netns, name_or_opts?: string|nsl.ChainListOpts, opts?: nsl.ChainListOpts): nsl.ChainRecord[] # netns.chain_list
---@field bridge_vlan_add fun(self: nsl.Netns, name: string, vlans: nsl.Vlans, opts?: nsl.VlanAddOpts) # netns.bridge_vlan_add
---@field bridge_vlan_delete fun(self: nsl.Netns, name: string, vlans: nsl.Vlans, opts?: nsl.VlanWhose) # netns.bridge_vlan_delete
---@field bridge_vlan_set fun(self: nsl.Netns, name: string, vlans: nsl.Vlans, opts: nsl.VlanOpts) # netns.bridge_vlan_set
---@field bridge_vlan_list fun(self: nsl.Netns, name_or_opts?: string|nsl.VlanListOpts, opts?: nsl.VlanListOpts): nsl.VlanRecord[] # netns.bridge_vlan_list
---@field bridge_mst_set fun(self: nsl.Netns, name: string, opts: nsl.MstOpts) # netns.bridge_mst_set
---@field bridge_mst_list fun(self: nsl.Netns, name?: string): nsl.MstRecord[] # netns.bridge_mst_list
---@field bridge_vlan_global_set fun(self: nsl.Netns, name: string, vlans: nsl.Vlans, opts: nsl.VlanGlobalOpts) # netns.bridge_vlan_global_set
---@field bridge_vlan_global_list fun(self: nsl.Netns, name_or_opts?: string|nsl.VlanGlobalListOpts, opts?: nsl.VlanGlobalListOpts): nsl.VlanGlobalRecord[] # netns.bridge_vlan_global_list
---@field bridge_vni_add fun(self: nsl.Netns, name: string, vnis: nsl.Vnis, opts?: nsl.VniOpts) # netns.bridge_vni_add
---@field bridge_vni_delete fun(self: nsl.Netns, name: string, vnis: nsl.Vnis, opts?: nsl.VniOpts) # netns.bridge_vni_delete
---@field bridge_vni_list fun(self: nsl.Netns, name_or_opts?: string|nsl.VniListOpts, opts?: nsl.VniListOpts): nsl.VniRecord[] # netns.bridge_vni_list
---@field route_add fun(self: nsl.Netns, dst: string, opts: nsl.RouteOpts)                       # netns.route_add
---@field route_replace fun(self: nsl.Netns, dst: string, opts: nsl.RouteOpts)                   # netns.route_replace
---@field route_change fun(self: nsl.Netns, dst: string, opts: nsl.RouteOpts)                   # netns.route_change
---@field route_append fun(self: nsl.Netns, dst: string, opts: nsl.RouteOpts)                   # netns.route_append
---@field route_prepend fun(self: nsl.Netns, dst: string, opts: nsl.RouteOpts)                  # netns.route_prepend
---@field route_delete fun(self: nsl.Netns, dst: string, opts?: nsl.RouteOpts)                   # netns.route_delete
---@field route_list fun(self: nsl.Netns, opts?: nsl.RouteListOpts): nsl.RouteRecord[]           # netns.route_list
---@field route_get fun(self: nsl.Netns, dst: string, opts?: nsl.RouteLookupOpts): nsl.RouteRecord # netns.route_get
---@field route_flush fun(self: nsl.Netns, opts?: nsl.RouteListOpts): integer                    # netns.route_flush
---@field routes_add fun(self: nsl.Netns, routes: nsl.RouteRecord[])                             # netns.routes_add
---@field rule_add fun(self: nsl.Netns, opts: nsl.RuleOpts)                                     # netns.rule_add
---@field rule_delete fun(self: nsl.Netns, opts: nsl.RuleOpts)                                  # netns.rule_delete
---@field rule_list fun(self: nsl.Netns, opts?: nsl.RuleOpts): nsl.RuleRecord[]                 # netns.rule_list
---@field rule_flush fun(self: nsl.Netns, opts?: nsl.RuleOpts): integer                         # netns.rule_flush
---@field mrule_add fun(self: nsl.Netns, opts: nsl.MruleOpts)                                   # netns.mrule_add
---@field mrule_delete fun(self: nsl.Netns, opts: nsl.MruleOpts)                                # netns.mrule_delete
---@field mrule_list fun(self: nsl.Netns, opts?: nsl.MruleOpts): nsl.MruleRecord[]              # netns.mrule_list
---@field mrule_flush fun(self: nsl.Netns, opts?: nsl.MruleOpts): integer                       # netns.mrule_flush
---@field nexthop_add fun(self: nsl.Netns, id?: integer, opts: nsl.NexthopOpts): integer        # netns.nexthop_add
---@field nexthop_replace fun(self: nsl.Netns, id: integer, opts: nsl.NexthopOpts): integer     # netns.nexthop_replace
---@field nexthop_delete fun(self: nsl.Netns, id: integer)                                      # netns.nexthop_delete
---@field nexthop_get fun(self: nsl.Netns, id: integer, opts?: nsl.NexthopGetOpts): nsl.NexthopRecord # netns.nexthop_get
---@field nexthop_list fun(self: nsl.Netns, opts?: nsl.NexthopListOpts): nsl.NexthopRecord[]    # netns.nexthop_list
---@field nexthop_flush fun(self: nsl.Netns, opts?: nsl.NexthopListOpts): integer               # netns.nexthop_flush
---@field nexthop_bucket_get fun(self: nsl.Netns, id: integer, index: integer): nsl.NexthopBucket # netns.nexthop_bucket_get
---@field nexthop_bucket_list fun(self: nsl.Netns, opts?: nsl.NexthopBucketListOpts): nsl.NexthopBucket[] # netns.nexthop_bucket_list

--- What `netns.list` takes.
---@class nsl.ListOpts
---@field all? boolean                # every network namespace of the machine, the unnamed ones of containers and daemons too

--- A namespace as `netns.list` gives it.
---@class nsl.NetnsRecord
---@field name? string                # its name in /run/netns, if it has one
---@field id? integer                 # the id that nsl's own namespace has for it
---@field inode integer               # its number in the file system of namespaces
---@field pids? integer[]             # with `all`: the processes that are in it
---@field path? string                # with `all`: a file that stands for it

--- Lists namespaces, as `ip netns list` does.
--- ```lua
--- for _, ns in ipairs(netns.list()) do print(ns.name, ns.id) end
--- print(netns.list { all = true })
--- ```
---@param opts? nsl.ListOpts
---@return nsl.NetnsRecord[] namespaces    # by name
---@raises EINVAL
---@since 0.1
function netns.list(opts) end

--- What `netns.add` takes.
---@class nsl.AddOpts
---@field exist_ok? boolean           # a namespace that has the name already is opened

--- Makes a network namespace: a named one, which outlives nsl, or without a name an anonymous one, which ends with its handle or script.
---
--- A named one appears in /run/netns, where `ip netns` finds it. Its `lo` is down, as with `ip`.
--- ```lua
--- netns.add "ns0"
--- netns.add("ns0", { exist_ok = true })
--- local mine <close> = netns.add()
--- ```
---@param name? string                # left out: anonymous. `nil` given as an argument raises
---@param opts? nsl.AddOpts
---@return nsl.Netns namespace
---@raises EEXIST EINVAL EPERM ENOSPC
---@since 0.1
function netns.add(name, opts) end

--- Opens a network namespace that exists: by its name, by the file that stands for it, or by a process in it.
--- ```lua
--- local ns = netns.get "ns0"
--- local container = netns.get(4711)
--- local mine = netns.get "/proc/self/ns/net"
--- ```
---@param namespace string|integer|nsl.Netns    # a name in /run/netns, a path (it has a slash), or a pid
---@return nsl.Netns namespace
---@raises ENOENT ESRCH EINVAL EPERM
---@since 0.1
function netns.get(namespace) end

--- Tells whether a name in /run/netns is that of a network namespace.
--- ```lua
--- if not netns.exists "ns0" then netns.add "ns0" end
--- ```
---@param name string
---@return boolean exists
---@raises EINVAL
---@since 0.1
function netns.exists(name) end

--- Gives a name to the network namespace of a process, as `ip netns attach` does.
--- ```lua
--- netns.attach("web", 4711)
--- netns.attach("lab", netns.add())
--- ```
---@param name string
---@param namespace integer|string|nsl.Netns    # a pid, a path, or a handle
---@return nsl.Netns namespace
---@raises EEXIST ENOENT ESRCH EINVAL EPERM
---@since 0.1
function netns.attach(name, namespace) end

--- What `netns.set` takes.
---@class nsl.SetIdOpts
---@field ns? nsl.Ns                  # in which namespace it has the id; left out: where nsl runs

--- Gives a namespace an id in the namespace nsl runs in, or in another, as `ip netns set` does.
--- ```lua
--- netns.set("ns0", 7)
--- local id = netns.set("ns1", "auto")
--- netns.set("ns1", 7, { ns = "ns0" })
--- ```
---@param ns nsl.Ns
---@param id integer|"auto"           # from 0; "auto": the kernel chooses
---@param opts? nsl.SetIdOpts
---@return integer id
---@raises EEXIST EINVAL ENOENT EPERM
---@since 0.1
function netns.set(ns, id, opts) end

--- What `netns.delete` takes.
---@class nsl.DeleteOpts
---@field force? boolean              # also what stands under the name but is no network namespace
---@field missing_ok? boolean         # a name that does not exist is no error

--- Takes a namespace's name away, as `ip netns delete` does; the namespace ends when nothing holds it any more.
--- ```lua
--- netns.delete "ns0"
--- netns.delete("ns0", { missing_ok = true })
--- ```
---@param ns string|nsl.Netns
---@param opts? nsl.DeleteOpts
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.delete(ns, opts) end

--- Takes the name of every namespace away, as `ip -all netns delete` does.
--- ```lua
--- print(netns.delete_all(), "namespaces deleted")
--- ```
---@return integer count              # how many there were
---@raises EPERM
---@since 0.1
function netns.delete_all() end

--- Gives the names of the network namespace that a process is in, as `ip netns identify` does.
--- ```lua
--- print(table.concat(netns.identify(), " "))
--- ```
---@param pid? integer                # nsl's own process unless told
---@return string[] names             # none if the namespace has no name
---@raises ESRCH EINVAL EPERM
---@since 0.1
function netns.identify(pid) end

--- Lists the processes in a namespace, as `ip netns pids` does.
--- ```lua
--- for _, pid in ipairs(netns.pids "ns0") do print(pid) end
--- ```
---@param ns nsl.Ns
---@return integer[] pids
---@raises ENOENT EPERM
---@since 0.1
function netns.pids(ns) end

--- What `netns.monitor` takes.
---@class nsl.MonitorOpts
---@field timeout? nsl.Time           # the longest wait for one event; then the loop ends

--- A name that came to /run/netns or went.
---@class nsl.NetnsEvent
---@field action "add"|"delete"
---@field name string

--- A listener on /run/netns: called by a `for` loop, it gives the next event, or nil at the end. `<close>` ends it.
---@class nsl.Monitor
---@operator call: nsl.NetnsEvent?

--- Listens to names of namespaces that come and go from now on, as `ip netns monitor` does.
--- ```lua
--- for event in netns.monitor { timeout = 1 } do print(event.action, event.name) end
--- ```
---@param opts? nsl.MonitorOpts
---@return nsl.Monitor events         # the iterator of a `for` loop
---@raises EINVAL EMFILE
---@since 0.1
function netns.monitor(opts) end

--- What `netns.list_id` takes.
---@class nsl.ListIdOpts
---@field ns? nsl.Ns                  # the ids that this namespace knows; left out: that nsl runs in
---@field target? integer             # show ids as the namespace with this id has them
---@field nsid? integer               # only this id

--- An id of a namespace.
---@class nsl.IdRecord
---@field id integer                  # in the namespace asked for
---@field current_id? integer         # with `target`: in the namespace nsl runs in
---@field name? string                # its name in /run/netns, if it has one

--- Lists the ids of namespaces, as `ip netns list-id` does.
--- ```lua
--- print(netns.list_id())
--- print(netns.list_id { target = 7 })
--- ```
---@param opts? nsl.ListIdOpts
---@return nsl.IdRecord[] ids
---@raises EINVAL ENOENT
---@since 0.1
function netns.list_id(opts) end

--- Reads a kernel setting of a namespace, or writes it and gives the old value; or several, by a pattern, a group or a table.
---
--- A key is what `sysctl` takes: dots separate, and a dot in an interface's name is a slash (`net.ipv4.conf.eth0/10.mtu`)
--- or stays one where that is clear; after a first slash slashes separate. `*` stands for any text within a part. A pattern
--- or the key of a group gives a table from keys to values, spelt so that they can be written back, without what has no
--- value to read. A pattern or a table that is written is written whole or not at all; what the kernel spreads
--- (`ip_forward`, `conf.all`) is written first, and a key goes before a pattern that means it too.
---
--- A network namespace has settings of its own in `net.` alone, and not all of those; `kernel.`, `vm.`, `fs.` and the rest
--- are the machine's, and are read and written there, as by `sysctl` in `ip netns exec`.
--- ```lua
--- print(netns.sysctl("ns0", "net.ipv4.ip_forward"))
--- netns.sysctl("ns0", "net.ipv4.ip_forward", 1)
--- local forwarding = netns.sysctl("ns0", "net.ipv4.conf.*.forwarding")
--- local lo = netns.sysctl("ns0", "net.ipv4.conf.lo")
--- local old = netns.sysctl("ns0", { ["net.ipv4.ip_forward"] = 1, ["net.ipv4.conf.*.rp_filter"] = 0 })
--- netns.sysctl("ns0", old)
--- ```
---@param ns nsl.Ns
---@param key string|table<string, string|number|boolean>    # with a table all of it is written
---@param value? string|number|boolean
---@return integer|string|table<string, integer|string> value    # what was there
---@raises ENOENT EINVAL EACCES EISDIR EPERM EIO
---@since 0.1
function netns.sysctl(ns, key, value) end

--- Loads an nftables ruleset into a namespace: all of it takes effect, or nothing.
---
--- It is the program `nft` that does it. What it refuses is shown in the script, at the line and column of the text that
--- holds the ruleset; of one that was put together or read from a file the error tells the line of the ruleset.
--- ```lua
--- netns.nft("ns0", [[table inet filter {
---   chain input { type filter hook input priority 0; ip protocol icmp drop; }
--- }]])
--- ```
---@param ns nsl.Ns
---@param ruleset string              # in the language of nft(8)
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.nft(ns, ruleset) end

--- Masquerades what goes out of a device: packets that are forwarded there leave with an address of the device, IPv4 and IPv6.
---
--- Several devices of a namespace are masqueraded by a call each; a second call for one changes nothing. The rules are in
--- the table `inet nsl` and leave other tables alone: `netns.nft(ns, "delete table inet nsl")` ends it for all of them.
--- ```lua
--- netns.masquerade("home", "wan0")
--- ```
---@param ns nsl.Ns
---@param out_dev string|nsl.Link     # a device of the namespace
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.masquerade(ns, out_dev) end
