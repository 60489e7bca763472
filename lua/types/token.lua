---@meta

--- The token of a link.
---@class nsl.TokenRecord
---@field token string                # "::1:2"; "::" is none
---@field dev string

--- Sets the second half of the IPv6 addresses that a link makes of routers' announcements.
--- ```lua
--- netns.token_set("ns0/veth0", "::1:2")
--- ```
---@param dev nsl.Dev
---@param token string                # an address whose first half is zero
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.token_set(dev, token) end

--- Takes a link its token.
--- ```lua
--- netns.token_delete "ns0/veth0"
--- ```
---@param dev nsl.Dev
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.token_delete(dev) end

--- Gives the token of a link.
--- ```lua
--- print(netns.token_get("ns0/veth0").token)
--- ```
---@param dev nsl.Dev
---@return nsl.TokenRecord token
---@raises ENODEV ENOENT EOPNOTSUPP EPERM
---@since 0.1
function netns.token_get(dev) end

--- Lists the tokens of all links that can have one, or of one link.
--- ```lua
--- print(netns.token_list "ns0")
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@return nsl.TokenRecord[] tokens
---@raises ENODEV ENOENT EOPNOTSUPP EPERM
---@since 0.1
function netns.token_list(dev_or_ns) end
