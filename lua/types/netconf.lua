---@meta

--- Which settings are meant.
---@class nsl.NetconfOpts
---@field family? "inet"|"inet6"|"mpls"    # a list is of IPv4 and IPv6 unless told, one of IPv4

--- What holds for a link and a protocol, in `ip netconf`'s words. It is set by `netns.sysctl`.
---@class nsl.NetconfRecord
---@field family "inet"|"inet6"|"mpls"
---@field dev string                  # a link, "all", or "default" for new ones
---@field forwarding? boolean
---@field rp_filter? "off"|"strict"|"loose"
---@field mc_forwarding? boolean
---@field proxy_neigh? boolean
---@field ignore_routes_with_linkdown? boolean
---@field input? boolean              # MPLS packets are taken
---@field bc_forwarding? boolean
---@field force_forwarding? boolean

--- Lists what holds for each link of a namespace, or for one.
--- ```lua
--- for _, c in ipairs(netns.netconf_list("ns0", { family = "inet" })) do print(c.dev, c.forwarding) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@param opts? nsl.NetconfOpts
---@return nsl.NetconfRecord[] settings
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.netconf_list(dev_or_ns, opts) end

--- Gives what holds for a link.
--- ```lua
--- print(netns.netconf_get("ns0/veth0").rp_filter)
--- ```
---@param dev nsl.Dev
---@param opts? nsl.NetconfOpts
---@return nsl.NetconfRecord settings
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.netconf_get(dev, opts) end
