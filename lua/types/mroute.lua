---@meta

--- Which routes of multicast are meant.
---@class nsl.MrouteListOpts
---@field family? nsl.Family
---@field to? string                  # groups in this network: "239.0.0.0/8"
---@field from? string                # sources in this network
---@field iif? nsl.Dev                # coming in there
---@field table? integer|string       # in this table; "all" unless told

--- A route of multicast that a routing daemon has given the kernel, in `ip mroute`'s words.
---@class nsl.MrouteRecord
---@field family nsl.Family
---@field src string                  # the source; "0.0.0.0" or "::" is any
---@field dst string                  # the group
---@field iif? string                 # the link that it comes in at
---@field multipath? { oif: string, ttl: integer }[]    # the links that it goes out at, each with the least TTL
---@field state "resolved"|"unresolved"    # unresolved: the daemon was asked and has not answered
---@field table string
---@field packets? integer
---@field bytes? integer
---@field wrong_if? integer           # packets that came in elsewhere
---@field expires? number             # seconds since it was used

--- Lists the routes of multicast of a namespace.
--- ```lua
--- for _, r in ipairs(netns.mroute_list("ns0", { to = "239.0.0.0/8" })) do print(r.src, r.dst, r.iif) end
--- ```
---@param ns? nsl.Ns
---@param opts? nsl.MrouteListOpts
---@return nsl.MrouteRecord[] routes
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.mroute_list(ns, opts) end
