---@meta

--- A port of UDP whose packets hold others, in `ip fou`'s words.
---@class nsl.FouOpts
---@field port? integer                # the port
---@field family? "inet"|"inet6"       # left out: that of `local` and `peer`, else inet
---@field ipproto? integer|string      # what the packets hold: "gre", "ipencap" (4), "ipv6", a number
---@field gue? boolean                 # generic UDP encapsulation, which says itself what it holds
---@field local? string                # on this address alone
---@field peer? string                 # from this address alone
---@field peer_port? integer           # and this port
---@field dev? nsl.Dev                 # by this link alone; needs `local`

--- Has a port of UDP take packets that hold others.
--- ```lua
--- netns.fou_add("ns0", { port = 5555, gue = true })
--- ```
---@param ns nsl.Ns
---@param opts nsl.FouOpts
---@raises EADDRINUSE EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.fou_add(ns, opts) end

--- Has a port of UDP take no packets that hold others any more.
--- ```lua
--- netns.fou_delete("ns0", { port = 5555 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.FouOpts
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.fou_delete(ns, opts) end

--- Lists the ports of UDP whose packets hold others.
--- ```lua
--- for _, p in ipairs(netns.fou_list "ns0") do print(p.port, p.gue) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.FouOpts
---@return nsl.FouOpts[] ports
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.fou_list(ns, opts) end
