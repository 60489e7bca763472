---@meta

--- A neighbour's options, in `ip neigh`'s words.
---@class nsl.NeighOpts
---@field lladdr? string              # its hardware address: "02:00:00:00:00:01"
---@field nud? "permanent"|"reachable"|"stale"|"noarp"|"none"|"incomplete"|"delay"|"probe"|"failed"    # what is known of it; "permanent" unless told
---@field router? boolean             # it is a router
---@field proxy? boolean              # nsl's namespace answers for this address
---@field extern_learn? boolean       # learned by a program beside the kernel
---@field extern_valid? boolean       # another program makes sure that it is right, so the kernel does not forget it (Linux 6.17)
---@field use? boolean                # asked for right now
---@field managed? boolean            # kept fresh by the kernel
---@field protocol? integer|string    # who made it: a number, or a name in /etc/iproute2/rt_protos

--- Which neighbours are meant.
---@class nsl.NeighListOpts
---@field dev? nsl.Dev                # on this link
---@field family? "inet"|"inet6"
---@field proxy? boolean              # the addresses that are answered for, instead of neighbours
---@field nud? string|string[]        # in this state, or in one of these; "all"
---@field to? string                  # with an address in this network: "10.0.0.0/24"
---@field master? nsl.Dev             # on ports of this link
---@field vrf? nsl.Dev                # on links of this VRF
---@field nomaster? boolean           # on links that are ports of none
---@field unused? boolean             # that nobody uses
---@field protocol? integer|string    # made by this

--- A neighbour, as `netns.neigh_add` takes it.
---@class nsl.NeighRecord: nsl.NeighOpts
---@field dst string                  # its address
---@field dev string                  # the link it is on
---@field family "inet"|"inet6"
---@field probes? integer             # questions that are out
---@field offload? boolean            # hardware has it
---@field used? number                # seconds since it was used
---@field confirmed? number           # seconds since it answered
---@field updated? number             # seconds since it was changed
---@field refcnt? integer             # how many use it

--- Adds a neighbour: which hardware address an IP address has on a link.
--- ```lua
--- netns.neigh_add("ns0/veth0", "192.168.1.2", { lladdr = "02:00:00:00:00:02" })
--- ```
---@param dev nsl.Dev
---@param address string
---@param opts? nsl.NeighOpts
---@raises EEXIST ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.neigh_add(dev, address, opts) end

--- Adds a neighbour, in the place of the one of that address if there is one.
--- ```lua
--- netns.neigh_replace("ns0/veth0", "192.168.1.2", { lladdr = "02:00:00:00:00:03", nud = "stale" })
--- ```
---@param dev nsl.Dev
---@param address string
---@param opts? nsl.NeighOpts
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.neigh_replace(dev, address, opts) end

--- Changes a neighbour that is there.
--- ```lua
--- netns.neigh_change("ns0/veth0", "192.168.1.2", { lladdr = "02:00:00:00:00:04" })
--- ```
---@param dev nsl.Dev
---@param address string
---@param opts? nsl.NeighOpts
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.neigh_change(dev, address, opts) end

--- Deletes a neighbour.
--- ```lua
--- netns.neigh_delete("ns0/veth0", "192.168.1.2")
--- ```
---@param dev nsl.Dev
---@param address string
---@param opts? nsl.NeighOpts         # `proxy = true` for one that is answered for
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.neigh_delete(dev, address, opts) end

--- What `netns.neigh_get` takes.
---@class nsl.NeighGetOpts
---@field proxy? boolean              # an address that is answered for, instead of a neighbour

--- Gives the neighbour of an address.
--- ```lua
--- print(netns.neigh_get("ns0/veth0", "192.168.1.2").lladdr)
--- ```
---@param dev nsl.Dev
---@param address string
---@param opts? nsl.NeighGetOpts
---@return nsl.NeighRecord neighbour
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.neigh_get(dev, address, opts) end

--- Lists the neighbours of a namespace or of one link, as `ip neigh` does.
--- ```lua
--- for _, n in ipairs(netns.neigh_list "ns0") do print(n.dst, n.lladdr, n.nud) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.NeighListOpts
---@return nsl.NeighRecord[] neighbours
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.neigh_list(dev_or_ns, opts) end

--- Deletes the neighbours that `netns.neigh_list` would list; permanent ones only with `nud = "permanent"`.
--- ```lua
--- print(netns.neigh_flush "ns0/veth0")
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@param opts? nsl.NeighListOpts
---@return integer flushed            # how many there were
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.neigh_flush(dev_or_ns, opts) end
