---@meta

--- Which members of groups of multicast are meant.
---@class nsl.MdbChoice
---@field port? nsl.Dev               # at this port
---@field vid? integer                # in this VLAN
---@field permanent? boolean          # those that stay (or, false, that go by themselves)
---@field src? string                 # of this source
---@field proto? integer|string       # made by this: a number, or a name in /etc/iproute2/rt_protos
---@field dst? string                 # behind this remote end (vxlan)
---@field dst_port? integer
---@field vni? integer
---@field src_vni? integer

--- A member of a group, in `bridge mdb`'s words.
---@class nsl.MdbOpts
---@field port? nsl.Dev               # where it is; the bridge itself (or the vxlan link) unless told
---@field src? string                 # of this source alone
---@field vid? integer                # in this VLAN
---@field permanent? boolean          # it stays
---@field temp? boolean               # it goes by itself; so unless told
---@field filter_mode? "include"|"exclude"    # of the sources in source_list those alone, or all but those (Linux 6.3)
---@field source_list? string[]       # sources (Linux 6.3)
---@field proto? integer|string       # who made it: a number, or a name in /etc/iproute2/rt_protos (Linux 6.3)
---@field dst? string                 # the remote end it is behind (vxlan, Linux 6.4; the following too)
---@field dst_port? integer           # UDP port there
---@field vni? integer                # VNI towards it
---@field src_vni? integer            # VNI that it is in, of an external vxlan link
---@field via? nsl.Dev                # the link towards it

--- A member of a group, as `netns.mdb_add` takes it.
---@class nsl.MdbRecord: nsl.MdbOpts
---@field dev string                  # the bridge
---@field grp string                  # the group
---@field port string
---@field timer? number               # seconds until it goes
---@field offload? boolean            # hardware has it
---@field offload_failed? boolean     # hardware could not take it
---@field fast_leave? boolean         # it goes at once when it is left
---@field added_by_star_ex? boolean   # because of a member that excludes other sources
---@field blocked? boolean            # it is one that is excluded

--- A port behind which there is a router of multicast.
---@class nsl.MdbRouter
---@field dev string                  # the bridge
---@field port string
---@field type? "disabled"|"temp_query"|"permanent"|"temp"
---@field timer? number               # seconds until it is forgotten

--- Adds a member of a group of multicast to a bridge or vxlan link.
--- ```lua
--- netns.mdb_add("ns0/br0", "239.1.1.1", { port = "veth0", permanent = true })
--- ```
---@param dev nsl.Dev
---@param group string                # "239.1.1.1", "ff0e::1", or a MAC address
---@param opts? nsl.MdbOpts
---@raises EEXIST ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.mdb_add(dev, group, opts) end

--- Adds a member of a group, in the place of the same one if there is one (Linux 6.3).
--- ```lua
--- netns.mdb_replace("ns0/br0", "239.1.1.1", { port = "veth0", filter_mode = "include", source_list = { "10.0.0.1" } })
--- ```
---@param dev nsl.Dev
---@param group string
---@param opts? nsl.MdbOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.mdb_replace(dev, group, opts) end

--- Deletes a member of a group.
--- ```lua
--- netns.mdb_delete("ns0/br0", "239.1.1.1", { port = "veth0" })
--- ```
---@param dev nsl.Dev
---@param group string
---@param opts? nsl.MdbOpts           # which member: port, src, vid …
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.mdb_delete(dev, group, opts) end

--- Gives the members of a group, those of a source only if it is named.
--- ```lua
--- for _, m in ipairs(netns.mdb_get("ns0/br0", "239.1.1.1")) do print(m.port) end
--- ```
---@param dev nsl.Dev
---@param group string
---@param opts? nsl.MdbChoice
---@return nsl.MdbRecord[] members
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.mdb_get(dev, group, opts) end

--- Lists the members of groups in a namespace or of one bridge.
--- ```lua
--- for _, m in ipairs(netns.mdb_list "ns0") do print(m.dev, m.grp, m.port) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.MdbChoice
---@return nsl.MdbRecord[] members
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.mdb_list(dev_or_ns, opts) end

--- Lists the ports behind which there are routers of multicast.
--- ```lua
--- print(netns.mdb_routers "ns0/br0")
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@return nsl.MdbRouter[] routers
---@raises ENODEV ENOENT EPERM
---@since 0.1
function netns.mdb_routers(dev_or_ns) end

--- Deletes the members that `netns.mdb_list` would list.
--- ```lua
--- print(netns.mdb_flush("ns0/br0", { port = "veth0" }))
--- ```
---@param dev nsl.Dev
---@param opts? nsl.MdbChoice
---@return integer flushed            # how many there were
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.mdb_flush(dev, opts) end
