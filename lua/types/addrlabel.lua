---@meta

--- What a label of a prefix takes, in `ip addrlabel`'s words.
---@class nsl.AddrLabelOpts
---@field label? integer              # the label; `netns.addrlabel_add` needs it
---@field dev? nsl.Dev                # for this link alone

--- A label of a prefix, as `netns.addrlabel_add` takes it.
---@class nsl.AddrLabelRecord: nsl.AddrLabelOpts
---@field prefix string               # "2001:db8::/32"
---@field label integer

--- Gives an IPv6 prefix a label, by which the kernel chooses a source address (RFC 6724).
--- ```lua
--- netns.addrlabel_add("ns0", "2001:db8::/32", { label = 99 })
--- ```
---@param ns nsl.Ns
---@param prefix string
---@param opts nsl.AddrLabelOpts
---@raises EEXIST ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.addrlabel_add(ns, prefix, opts) end

--- Takes an IPv6 prefix its label.
--- ```lua
--- netns.addrlabel_delete("ns0", "2001:db8::/32")
--- ```
---@param ns nsl.Ns
---@param prefix string
---@param opts? nsl.AddrLabelOpts
---@raises ESRCH ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.addrlabel_delete(ns, prefix, opts) end

--- Lists the labels of IPv6 prefixes, those of the kernel's own too.
--- ```lua
--- for _, l in ipairs(netns.addrlabel_list "ns0") do print(l.prefix, l.label) end
--- ```
---@param ns? nsl.Ns
---@return nsl.AddrLabelRecord[] labels
---@raises ENOENT EPERM
---@since 0.1
function netns.addrlabel_list(ns) end

--- Takes all IPv6 prefixes their labels.
--- ```lua
--- print(netns.addrlabel_flush "ns0")
--- ```
---@param ns nsl.Ns
---@return integer flushed            # how many there were
---@raises ENOENT EPERM
---@since 0.1
function netns.addrlabel_flush(ns) end
