---@meta

--- An address of Multipath TCP, in `ip mptcp endpoint`'s words.
---@class nsl.MptcpEndpoint
---@field address? string              # the address
---@field id? integer                  # its number, from 1 to 255; left out: the kernel chooses
---@field family? "inet"|"inet6"       # left out: that of `address`
---@field port? integer                # a port that is told to peers
---@field dev? nsl.Dev                 # the link to use
---@field signal? boolean              # told to peers
---@field subflow? boolean             # used to reach peers by one more way
---@field backup? boolean              # only where there is no other way
---@field fullmesh? boolean            # to every address of the peer
---@field laminar? boolean             # the address here for one that a peer tells (Linux 6.18)
---@field implicit? boolean            # made by the kernel itself; cannot be set

--- The limits of Multipath TCP.
---@class nsl.MptcpLimits
---@field subflows? integer            # how many more ways a connection may have
---@field add_addr_accepted? integer   # how many addresses of a peer are taken

--- Adds an address for Multipath TCP.
--- ```lua
--- netns.mptcp_endpoint_add("ns0", { address = "10.0.0.1", dev = "eth0", subflow = true })
--- ```
---@param ns nsl.Ns
---@param opts nsl.MptcpEndpoint
---@raises EEXIST EBUSY EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.mptcp_endpoint_add(ns, opts) end

--- Deletes an address of Multipath TCP, by its `id`.
--- ```lua
--- netns.mptcp_endpoint_delete("ns0", { id = 1 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.MptcpEndpoint
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.mptcp_endpoint_delete(ns, opts) end

--- Sets `backup` and `fullmesh` of an address of Multipath TCP, told by `id` or `address`.
--- ```lua
--- netns.mptcp_endpoint_change("ns0", { id = 1, backup = true })
--- ```
---@param ns nsl.Ns
---@param opts nsl.MptcpEndpoint
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.mptcp_endpoint_change(ns, opts) end

--- Lists the addresses of Multipath TCP.
--- ```lua
--- for _, e in ipairs(netns.mptcp_endpoint_list "ns0") do print(e.id, e.address) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.MptcpEndpoint
---@return nsl.MptcpEndpoint[] endpoints
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.mptcp_endpoint_list(ns, opts) end

--- Deletes all addresses of Multipath TCP.
--- ```lua
--- print(netns.mptcp_endpoint_flush "ns0")
--- ```
---@param ns nsl.Ns
---@return integer flushed            # how many there were
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.mptcp_endpoint_flush(ns) end

--- Sets the limits of Multipath TCP that `opts` say, and returns all of them.
--- ```lua
--- netns.mptcp_limits("ns0", { subflows = 4, add_addr_accepted = 4 })
--- ```
---@param ns nsl.Ns
---@param opts? nsl.MptcpLimits
---@return nsl.MptcpLimits limits
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.mptcp_limits(ns, opts) end
