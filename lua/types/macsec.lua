---@meta

--- A key of a MACsec link, or a channel that receives, in `ip macsec`'s words.
---@class nsl.MacsecKeyOpts
---@field rx? string                  # the channel that receives, by its sender: "020000000002000b"; left out: that which sends
---@field sa? integer                 # the key's number, from 0 to 3; left out: the channel itself
---@field on? boolean                 # whether it is used
---@field pn? integer                 # the next packet's number, from 1
---@field key_id? string              # what tells keys apart: up to 32 hexadecimal digits
---@field key? string                 # the key itself, in hexadecimal; the kernel never tells it

--- A key as it is read.
---@class nsl.MacsecKey
---@field sa integer
---@field on boolean
---@field pn integer
---@field key_id string

--- A channel that receives, as it is read.
---@class nsl.MacsecChannel
---@field rx string
---@field on boolean
---@field sa nsl.MacsecKey[]

--- A MACsec link's channels and keys.
---@class nsl.MacsecRecord
---@field dev string
---@field tx nsl.MacsecKey[]
---@field rx nsl.MacsecChannel[]

--- Adds a key to a MACsec link, or a channel that receives.
--- ```lua
--- netns.macsec_add("ns0/macsec0", { sa = 0, pn = 1, on = true, key_id = "01", key = ("00"):rep(16) })
--- netns.macsec_add("ns0/macsec0", { rx = "020000000002000b", on = true })
--- ```
---@param dev nsl.Dev
---@param opts nsl.MacsecKeyOpts
---@raises EEXIST EBUSY ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.macsec_add(dev, opts) end

--- Sets `on` and `pn` of a key of a MACsec link, or `on` of a channel that receives.
--- ```lua
--- netns.macsec_set("ns0/macsec0", { sa = 0, on = false })
--- ```
---@param dev nsl.Dev
---@param opts nsl.MacsecKeyOpts
---@raises ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.macsec_set(dev, opts) end

--- Deletes a key of a MACsec link, or a channel that receives.
--- ```lua
--- netns.macsec_delete("ns0/macsec0", { rx = "020000000002000b" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.MacsecKeyOpts
---@raises EBUSY ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.macsec_delete(dev, opts) end

--- Lists the channels and keys of the MACsec links of a namespace, or of one link.
--- ```lua
--- for _, m in ipairs(netns.macsec_list "ns0") do print(m.dev, #m.tx, #m.rx) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@return nsl.MacsecRecord[] links
---@raises ENODEV EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.macsec_list(dev_or_ns) end
