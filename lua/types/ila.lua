---@meta

--- A translation of locators, the first halves of IPv6 addresses, in `ip ila`'s words.
---@class nsl.IlaOpts
---@field loc_match? string            # the locator that packets have: "2001:db8:0:1"
---@field loc? string                  # the locator that they get
---@field dev? nsl.Dev                 # by this link alone
---@field csum_mode? "adj-transport"|"neutral-map"|"neutral-map-auto"|"no-action" # what is done with checksums
---@field ident_type? string           # luid, use-format, iid, virt-v4, virt-uni-v6, virt-multi-v6, nonlocal-addr

--- Adds a translation of a locator.
--- ```lua
--- netns.ila_add("ns0", { loc_match = "2001:db8:0:1", loc = "fd00:0:0:2", csum_mode = "no-action", ident_type = "luid" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IlaOpts
---@raises EEXIST EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ila_add(ns, opts) end

--- Deletes the translation of a locator.
--- ```lua
--- netns.ila_delete("ns0", { loc_match = "2001:db8:0:1" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.IlaOpts
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ila_delete(ns, opts) end

--- Lists the translations of locators.
--- ```lua
--- for _, t in ipairs(netns.ila_list "ns0") do print(t.loc_match, t.loc) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.IlaOpts
---@return nsl.IlaOpts[] translations
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.ila_list(ns, opts) end
