---@meta

--- A rule's options, in `ip rule`'s words.
---@class nsl.RuleOpts
---@field priority? integer           # the smaller is asked first; left out: before all but that of 0
---@field pref? integer               # the same
---@field preference? integer         # the same
---@field order? integer              # the same
---@field family? nsl.Family          # of `from` and `to`, else "inet" (a list: both)
---@field not? boolean                # for all packets but those described here; Lua takes `not_ = true`
---@field from? string                # packets from these addresses: "10.0.0.0/8"
---@field to? string                  # packets to these addresses
---@field tos? integer|string         # packets of this type of service: a number, or a name in /etc/iproute2/rt_dsfield
---@field dsfield? integer|string     # the same
---@field dscp? integer|string        # packets with this code point: 10, "AF11", or "0x8/0x38" with a mask (Linux 6.13; masks: 6.15)
---@field dscp_mask? integer          # the mask of `dscp`
---@field flowlabel? integer|string   # packets with this flow label: "0x12345", or "0x12300/0xfff00" with a mask (IPv6, Linux 6.14)
---@field flowlabel_mask? integer     # the mask of `flowlabel`
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
---@field realms? integer|string      # "to" or "from/to"
---@field protocol? integer|string    # who made it: a number, or a name in /etc/iproute2/rt_protos

--- A rule, as `netns.rule_add` takes it.
---@class nsl.RuleRecord: nsl.RuleOpts
---@field unresolved? boolean         # there is no rule that it could go on with
---@field iif_detached? boolean       # there is no such link now
---@field oif_detached? boolean       # there is no such link now

--- Adds a rule: which routing table is asked for a packet.
--- ```lua
--- netns.rule_add("ns0", { from = "10.1.0.0/16", table = 100 })
--- netns.rule_add("ns0", { priority = 5, fwmark = "0x1/0xff", ipproto = "tcp", dport = "80-90", type = "prohibit" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.RuleOpts
---@raises EEXIST ENOENT EINVAL EPERM
---@since 0.1
function netns.rule_add(ns, opts) end

--- Deletes the first rule that is as told.
--- ```lua
--- netns.rule_delete("ns0", { priority = 5 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.RuleOpts
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.rule_delete(ns, opts) end

--- Lists rules in the order in which they are asked, those of IPv4 first; with options, those that are as told.
--- ```lua
--- for _, rule in ipairs(netns.rule_list("ns0", { family = "inet" })) do print(rule.priority, rule.from, rule.table) end
--- ```
---@param ns? nsl.Ns
---@param opts? nsl.RuleOpts          # `from` and `to` are met by all networks inside
---@return nsl.RuleRecord[] rules
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.rule_list(ns, opts) end

--- Deletes the rules that `netns.rule_list` would list, but for those with priority 0.
--- ```lua
--- netns.rule_flush("ns0", { protocol = "static" })
--- ```
---@param ns nsl.Ns
---@param opts? nsl.RuleOpts
---@return integer count              # how many there were
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.rule_flush(ns, opts) end
