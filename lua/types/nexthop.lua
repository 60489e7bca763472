---@meta

--- A nexthop's options, in `ip nexthop`'s words. A link given by its name alone is in the namespace of the nexthop.
---@class nsl.NexthopOpts
---@field via? string                 # the gateway's address
---@field dev? nsl.Dev                # the link it leaves by
---@field onlink? boolean             # the gateway is on the link, whatever its addresses say
---@field blackhole? boolean          # what goes this way is dropped
---@field family? nsl.Family          # where no gateway tells it; "inet" unless told
---@field group? (integer|nsl.NexthopMember)[]    # several others instead, by their ids
---@field type? "mpath"|"resilient"   # how a group shares; "resilient": by buckets, so that flows stay where they are
---@field buckets? integer            # how many buckets a resilient group has
---@field idle_timer? number|string   # after how many seconds without traffic a bucket may move
---@field unbalanced_timer? number|string   # after how many seconds buckets move even with traffic; 0: never
---@field hw_stats? boolean           # of a group: the hardware counts, too (Linux 6.9)
---@field encap? nsl.Encap            # what packets that go this way are wrapped in
---@field fdb? boolean                # for forwarding entries of vxlan links, not for routes
---@field protocol? integer|string    # who made it: a number, or a name in /etc/iproute2/rt_protos
---@field proto? integer|string       # the same

--- A member of a group.
---@class nsl.NexthopMember
---@field id integer                  # a nexthop's id
---@field weight? integer             # its share; 1 unless told

--- What a member of a group sent (Linux 6.9).
---@class nsl.NexthopStats
---@field id integer
---@field packets integer
---@field packets_hw? integer         # of these, what the hardware sent

--- What `netns.nexthop_get` takes.
---@class nsl.NexthopGetOpts
---@field stats? boolean              # with what each member of a group sent

--- A nexthop, as `netns.nexthop_add` takes it.
---@class nsl.NexthopRecord: nsl.NexthopOpts
---@field id integer
---@field scope? string               # "global", "link", …
---@field flags? string[]             # "onlink", "dead", "linkdown", …
---@field hw_stats_used? boolean      # whether a device counts, too
---@field stats? nsl.NexthopStats[]   # if asked for: what each member of a group sent
---@field unbalanced_time? number     # for how many seconds a resilient group has been unbalanced

--- Which nexthops are meant.
---@class nsl.NexthopListOpts
---@field dev? nsl.Dev                # those over this link
---@field vrf? nsl.Dev                # those over links of this VRF
---@field master? nsl.Dev             # those over ports of this link
---@field groups? boolean             # groups alone
---@field fdb? boolean                # those for forwarding entries alone
---@field family? nsl.Family
---@field protocol? integer|string    # those of this maker
---@field stats? boolean              # with what each member of a group sent

--- Which buckets are meant.
---@class nsl.NexthopBucketListOpts
---@field id? integer                 # those of this group
---@field nhid? integer               # those that lead to this nexthop
---@field dev? nsl.Dev                # those that lead over this link
---@field vrf? nsl.Dev                # those that lead over links of this VRF
---@field master? nsl.Dev             # those that lead over ports of this link

--- A bucket of a resilient group.
---@class nsl.NexthopBucket
---@field id integer                  # the group's
---@field index integer               # from 0
---@field nhid integer                # the nexthop it leads to
---@field idle_time number            # for how many seconds nothing took it

--- Adds a nexthop, which routes can name by its id (`nhid`), or a group of them.
--- ```lua
--- netns.nexthop_add("ns0", 1, { via = "192.168.1.254" , dev = "veth0" })
--- netns.nexthop_add("ns0", 2, { via = "192.168.2.254" , dev = "veth1" })
--- netns.nexthop_add("ns0", 10, { group = { { id = 1, weight = 3 }, { id = 2 } } })
--- netns.route_add("ns0", "10.0.0.0/8", { nhid = 10 })
--- ```
---@param ns nsl.Ns
---@param id integer?                 # nil: the kernel chooses
---@param opts nsl.NexthopOpts
---@return integer id
---@raises EEXIST ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_add(ns, id, opts) end

--- Adds a nexthop, in the place of the one with that id if there is one; routes over it change at once.
--- ```lua
--- netns.nexthop_replace("ns0", 1, { via = "192.168.1.253", dev = "veth0" })
--- ```
---@param ns nsl.Ns
---@param id integer
---@param opts nsl.NexthopOpts
---@return integer id
---@raises ENETUNREACH ENETDOWN ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_replace(ns, id, opts) end

--- Deletes a nexthop, and with it the routes that go by it alone.
--- ```lua
--- netns.nexthop_delete("ns0", 1)
--- ```
---@param ns nsl.Ns
---@param id integer
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_delete(ns, id) end

--- Reads one nexthop.
--- ```lua
--- print(netns.nexthop_get("ns0", 1).via)
--- ```
---@param ns nsl.Ns
---@param id integer
---@param opts? nsl.NexthopGetOpts
---@return nsl.NexthopRecord nexthop
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_get(ns, id, opts) end

--- Lists nexthops and groups of them.
--- ```lua
--- for _, n in ipairs(netns.nexthop_list "ns0") do print(n.id, n.via, n.dev) end
--- ```
---@param ns? nsl.Ns
---@param opts? nsl.NexthopListOpts
---@return nsl.NexthopRecord[] nexthops
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_list(ns, opts) end

--- Deletes the nexthops that `netns.nexthop_list` would list.
--- ```lua
--- netns.nexthop_flush("ns0", { dev = "veth0" })
--- ```
---@param ns nsl.Ns
---@param opts? nsl.NexthopListOpts
---@return integer count              # how many there were
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_flush(ns, opts) end

--- Reads one bucket of a resilient group.
--- ```lua
--- print(netns.nexthop_bucket_get("ns0", 10, 0).nhid)
--- ```
---@param ns nsl.Ns
---@param id integer                  # the group's
---@param index integer               # the bucket's, from 0
---@return nsl.NexthopBucket bucket
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_bucket_get(ns, id, index) end

--- Lists the buckets of resilient groups: which nexthop each part of the traffic takes.
--- ```lua
--- for _, bucket in ipairs(netns.nexthop_bucket_list("ns0", { id = 10 })) do print(bucket.index, bucket.nhid) end
--- ```
---@param ns? nsl.Ns
---@param opts? nsl.NexthopBucketListOpts
---@return nsl.NexthopBucket[] buckets
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.nexthop_bucket_list(ns, opts) end
