---@meta

--- What tells a forwarding entry from others of its address, in `bridge fdb`'s words.
---@class nsl.FdbKey
---@field self? boolean               # in the link's own table (a bridge's own addresses, vxlan, …); so unless told
---@field master? boolean|string      # in the table of the bridge that the link is a port of; its name is the same
---@field router? boolean             # the address is a router's (vxlan)
---@field use? boolean                # it is in use right now
---@field extern_learn? boolean       # learned by a program beside the kernel
---@field sticky? boolean             # it stays at its port
---@field dst? string                 # the remote end it is behind (vxlan)
---@field vlan? integer               # in this VLAN
---@field port? integer               # UDP port of the remote end (vxlan)
---@field vni? integer                # VNI towards the remote end (vxlan)
---@field src_vni? integer            # VNI that it is in, of an external vxlan link
---@field via? nsl.Dev                # the link towards the remote end (vxlan)
---@field nhid? integer               # a nexthop group instead of dst (vxlan)
---@field activity_notify? boolean    # tell when it is used and when it is not
---@field inactive? boolean           # it counts as unused to begin with
---@field norefresh? boolean          # writing it is no use of it

--- A forwarding entry's options.
---@class nsl.FdbOpts: nsl.FdbKey
---@field permanent? boolean          # of this machine: it is for it, not for what is behind the port; so unless told
---@field local? boolean              # the same (write local_ or ["local"])
---@field static? boolean             # behind that port, and does not age
---@field temp? boolean               # the same
---@field dynamic? boolean            # behind that port until it has aged

--- Which forwarding entries are meant.
---@class nsl.FdbListOpts
---@field dev? nsl.Dev                # of this link: a port, a vxlan link, a bridge for its own addresses
---@field brport? nsl.Dev             # the same
---@field br? nsl.Dev                 # of this bridge and its ports
---@field vlan? integer               # in this VLAN
---@field state? "permanent"|"static"|"temp"|"stale"|"reachable"|"dynamic"|"all"
---@field dynamic? boolean            # all but permanent ones

--- Which forwarding entries go; a switch that is false means those that are not so.
---@class nsl.FdbFlushOpts
---@field self? boolean               # of the link's own table; so unless told
---@field master? boolean             # of the bridge that the link is a port of
---@field brport? nsl.Dev             # behind this port
---@field vlan? integer
---@field permanent? boolean
---@field static? boolean
---@field dynamic? boolean
---@field added_by_user? boolean
---@field extern_learn? boolean
---@field sticky? boolean
---@field offloaded? boolean
---@field router? boolean
---@field dst? string
---@field port? integer
---@field vni? integer
---@field src_vni? integer
---@field nhid? integer

--- A forwarding entry, as `netns.fdb_add` takes it.
---@class nsl.FdbRecord: nsl.FdbOpts
---@field mac string                  # its address
---@field dev string                  # the port or link it is behind
---@field master? string              # the bridge
---@field stale? boolean              # it was not used for long
---@field offload? boolean            # hardware has it
---@field locked? boolean             # of a port that is locked: nothing is forwarded to it
---@field link_netnsid? integer       # namespace of `via`
---@field used? number                # seconds since it was used
---@field updated? number             # seconds since it was changed

--- Adds a forwarding entry: behind which port or remote end a MAC address is.
--- ```lua
--- netns.fdb_add("ns0/veth0", "02:00:00:00:00:02", { master = true, static = true })
--- netns.fdb_add("ns0/vxlan0", "02:00:00:00:00:03", { dst = "10.0.0.2" })
--- ```
---@param dev nsl.Dev
---@param mac string
---@param opts? nsl.FdbOpts
---@raises EEXIST ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.fdb_add(dev, mac, opts) end

--- Appends a remote end to those that an address has (vxlan).
--- ```lua
--- netns.fdb_append("ns0/vxlan0", "00:00:00:00:00:00", { dst = "10.0.0.3" })
--- ```
---@param dev nsl.Dev
---@param mac string
---@param opts? nsl.FdbOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.fdb_append(dev, mac, opts) end

--- Adds a forwarding entry, in the place of the one of that address if there is one.
--- ```lua
--- netns.fdb_replace("ns0/veth0", "02:00:00:00:00:02", { master = true, dynamic = true })
--- ```
---@param dev nsl.Dev
---@param mac string
---@param opts? nsl.FdbOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.fdb_replace(dev, mac, opts) end

--- Deletes a forwarding entry.
--- ```lua
--- netns.fdb_delete("ns0/veth0", "02:00:00:00:00:02", { master = true })
--- ```
---@param dev nsl.Dev
---@param mac string
---@param opts? nsl.FdbOpts           # what tells it from others: vlan, dst …
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.fdb_delete(dev, mac, opts) end

--- Gives the forwarding entry of an address: the bridge's of which the link is a port, else the link's own.
--- ```lua
--- print(netns.fdb_get("ns0/br0", "02:00:00:00:00:02").dev)
--- ```
---@param dev nsl.Dev                 # a bridge: behind any of its ports
---@param mac string
---@param opts? nsl.FdbKey
---@return nsl.FdbRecord entry
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.fdb_get(dev, mac, opts) end

--- Lists the forwarding entries of a namespace or of one link, as `bridge fdb` does.
--- ```lua
--- for _, e in ipairs(netns.fdb_list("ns0", { br = "br0", dynamic = true })) do print(e.mac, e.dev) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.FdbListOpts
---@return nsl.FdbRecord[] entries
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.fdb_list(dev_or_ns, opts) end

--- Deletes all forwarding entries of a bridge or vxlan link, or those that the options say.
--- ```lua
--- netns.fdb_flush("ns0/br0", { brport = "veth0", dynamic = true })
--- ```
---@param dev nsl.Dev
---@param opts? nsl.FdbFlushOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.fdb_flush(dev, opts) end
