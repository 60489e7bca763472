---@meta

--- A key of a MACsec link, or a channel that receives, in `ip macsec`'s words.
---@class nsl.MacsecKeyOpts
---@field rx? string                  # the channel that receives, by its sender: "020000000002000b"; left out: that which sends
---@field sa? integer                 # the key's number, from 0 to 3; left out: the channel itself
---@field on? boolean                 # whether it is used
---@field pn? integer                 # the next packet's number, from 1
---@field xpn? integer                # the same, of links with extended numbers: cipher "gcm-aes-xpn-128" or "gcm-aes-xpn-256"
---@field ssci? integer               # of such links: the short number of the channel
---@field salt? string                # of such links: 24 hexadecimal digits, which the kernel never tells
---@field key_id? string              # what tells keys apart: up to 32 hexadecimal digits
---@field key? string                 # the key itself, in hexadecimal; the kernel never tells it

--- What can be set of a MACsec link.
---@class nsl.MacsecSetOpts: nsl.MacsecKeyOpts
---@field offload? "off"|"phy"|"mac"  # which part of a device does the work of the link

--- What of a key's packets became what.
---@class nsl.MacsecKeyStats
---@field in_pkts_ok? integer
---@field in_pkts_invalid? integer
---@field in_pkts_not_valid? integer
---@field in_pkts_not_using_sa? integer
---@field in_pkts_unused_sa? integer
---@field out_pkts_protected? integer
---@field out_pkts_encrypted? integer

--- What of a receiving channel's packets became what.
---@class nsl.MacsecChannelStats
---@field in_octets_validated integer
---@field in_octets_decrypted integer
---@field in_pkts_unchecked integer
---@field in_pkts_delayed integer
---@field in_pkts_ok integer
---@field in_pkts_invalid integer
---@field in_pkts_late integer
---@field in_pkts_not_valid integer
---@field in_pkts_not_using_sa integer
---@field in_pkts_unused_sa integer

--- What the channel that sends sent.
---@class nsl.MacsecTxStats
---@field out_pkts_protected integer
---@field out_pkts_encrypted integer
---@field out_octets_protected integer
---@field out_octets_encrypted integer

--- What of a link's packets belonged to no channel.
---@class nsl.MacsecStats
---@field out_pkts_untagged integer
---@field in_pkts_untagged integer
---@field out_pkts_too_long integer
---@field in_pkts_no_tag integer
---@field in_pkts_bad_tag integer
---@field in_pkts_unknown_sci integer
---@field in_pkts_no_sci integer
---@field in_pkts_overrun integer

--- A key as it is read.
---@class nsl.MacsecKey
---@field sa integer
---@field on boolean
---@field pn? integer
---@field xpn? integer
---@field ssci? integer
---@field key_id string
---@field stats nsl.MacsecKeyStats

--- A channel that receives, as it is read.
---@class nsl.MacsecChannel
---@field rx string
---@field on boolean
---@field sa nsl.MacsecKey[]
---@field stats nsl.MacsecChannelStats

--- A MACsec link's channels and keys.
---@class nsl.MacsecRecord
---@field dev string
---@field tx nsl.MacsecKey[]
---@field rx nsl.MacsecChannel[]
---@field offload? "off"|"phy"|"mac"
---@field stats nsl.MacsecStats
---@field tx_stats nsl.MacsecTxStats

--- Adds a key to a MACsec link, or a channel that receives.
---
--- A key needs `sa`, `key` and `key_id`, of a channel that receives its `rx` too; without `sa` it is the channel that is added.
--- ```lua
--- netns.macsec_add("ns0/macsec0", { sa = 0, pn = 1, on = true, key_id = "01", key = ("00"):rep(16) })
--- netns.macsec_add("ns0/macsec0", { rx = "020000000002000b", on = true })
--- ```
---@param dev nsl.Dev
---@param opts nsl.MacsecKeyOpts
---@raises EEXIST EBUSY ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.macsec_add(dev, opts) end

--- Sets `on`, `pn` and `xpn` of a key of a MACsec link, `on` of a channel that receives, or `offload` of the link.
--- ```lua
--- netns.macsec_set("ns0/macsec0", { sa = 0, on = false })
--- netns.macsec_set("ns0/macsec0", { offload = "mac" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.MacsecSetOpts
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

--- Lists the channels and keys of the MACsec links of a namespace, or of one link, with their statistics.
--- ```lua
--- for _, m in ipairs(netns.macsec_list "ns0") do print(m.dev, #m.tx, #m.rx) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@return nsl.MacsecRecord[] links
---@raises ENODEV EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.macsec_list(dev_or_ns) end
