---@meta

--- The options of a rule of routes of multicast, in `ip mrule`'s words; the kernel looks at no addresses there.
---@class nsl.MruleOpts
---@field priority? integer           # the smaller is asked first; left out: before all but that of 0
---@field pref? integer               # the same
---@field preference? integer         # the same
---@field order? integer              # the same
---@field family? nsl.Family          # "inet" unless told (a list: both)
---@field not? boolean                # for all packets but those described here; Lua takes `not_ = true`
---@field fwmark? integer|string      # packets with this firewall mark: 1, or "0x1/0xff" with a mask
---@field fwmask? integer             # the mask of `fwmark`
---@field iif? nsl.Dev                # packets that come in by this link; "lo": those made here
---@field dev? nsl.Dev                # the same
---@field oif? nsl.Dev                # packets of sockets that are bound to this link
---@field l3mdev? boolean             # packets of a VRF, by its own table
---@field uidrange? integer|string    # packets of these users: "1000-2000"
---@field ipproto? integer|string     # packets of this protocol: "tcp"
---@field sport? integer|string       # packets from this port, from these: "10-20", or "0x10/0xfff0" with a mask (Linux 6.15)
---@field sport_mask? integer         # the mask of `sport`
---@field dport? integer|string       # packets to this port, or to these
---@field dport_mask? integer         # the mask of `dport`
---@field tun_id? integer             # packets that came in a tunnel with this key
---@field table? integer|string       # the table to ask: a number, or a name in /etc/iproute2/rt_tables; "main" unless told
---@field lookup? integer|string      # the same
---@field type? "unicast"|"blackhole"|"unreachable"|"prohibit"|"nop"|"goto"    # what is done instead of asking a table
---@field goto? integer               # go on with the rule of this priority; Lua takes `goto_ = 100`
---@field suppress_prefixlength? integer    # pass over routes with prefixes that are as short or shorter
---@field suppress_ifgroup? integer|string  # pass over routes that leave by a link of this group
---@field sup_pl? integer             # the same as `suppress_prefixlength`
---@field sup_group? integer|string   # the same as `suppress_ifgroup`
---@field protocol? integer|string    # who made it: a number, or a name in /etc/iproute2/rt_protos

--- A rule, as `netns.mrule_add` takes it.
---@class nsl.MruleRecord: nsl.MruleOpts
---@field unresolved? boolean         # there is no rule that it could go on with
---@field iif_detached? boolean       # there is no such link now
---@field oif_detached? boolean       # there is no such link now

--- Adds a rule of routes of multicast: which of their tables is asked for a packet.
--- ```lua
--- netns.mrule_add("ns0", { iif = "eth0", table = 100 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.MruleOpts
---@raises EEXIST EOPNOTSUPP ENOENT EINVAL EPERM
---@since 0.1
function netns.mrule_add(ns, opts) end

--- Deletes the first rule of routes of multicast that is as told.
--- ```lua
--- netns.mrule_delete("ns0", { priority = 5 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.MruleOpts
---@raises ENOENT EOPNOTSUPP EINVAL EPERM
---@since 0.1
function netns.mrule_delete(ns, opts) end

--- Lists rules of routes of multicast in the order in which they are asked, those of IPv4 first; with options, those that are as told.
--- ```lua
--- for _, rule in ipairs(netns.mrule_list "ns0") do print(rule.priority, rule.family, rule.iif, rule.table) end
--- ```
---@param ns? nsl.Ns
---@param opts? nsl.MruleOpts
---@return nsl.MruleRecord[] rules
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.mrule_list(ns, opts) end

--- Deletes the rules that `netns.mrule_list` would list, but for those with priority 0.
--- ```lua
--- netns.mrule_flush("ns0", { table = 100 })
--- ```
---@param ns nsl.Ns
---@param opts? nsl.MruleOpts
---@return integer count              # how many there were
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.mrule_flush(ns, opts) end
