---@meta

--- A key of segment routing, in `ip sr`'s words.
---@class nsl.SrHmac
---@field keyid? integer               # its number, from 1
---@field algo? "sha1"|"sha256"      
---@field secret? string               # at most 64 bytes; empty: the key is deleted

--- Where packets that go by segments come from.
---@class nsl.SrTunsrc
---@field address? string              # an address of IPv6; "::": that of their link

--- Sets a key of segment routing, or deletes it where its secret is empty.
--- ```lua
--- netns.sr_hmac_set("ns0", { keyid = 42, algo = "sha256", secret = "hidden" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.SrHmac
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.sr_hmac_set(ns, opts) end

--- Lists the keys of segment routing.
--- ```lua
--- for _, k in ipairs(netns.sr_hmac_list "ns0") do print(k.keyid, k.algo) end
--- ```
---@param ns nsl.Ns
---@return nsl.SrHmac[] keys
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.sr_hmac_list(ns) end

--- Sets the source address of packets that go by segments.
--- ```lua
--- netns.sr_tunsrc_set("ns0", { address = "2001:db8::1" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.SrTunsrc
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.sr_tunsrc_set(ns, opts) end

--- Reads the source address of packets that go by segments.
--- ```lua
--- print(netns.sr_tunsrc_get("ns0").address)
--- ```
---@param ns nsl.Ns
---@return nsl.SrTunsrc source
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.sr_tunsrc_get(ns) end
