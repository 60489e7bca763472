---@meta
-- Offloads, channels, rings and speed of devices, as `ethtool` shows and sets them.

--- What `netns.ethtool_get` reads. It can be written back.
---@class nsl.EthtoolRecord: nsl.EthtoolOpts
---@field fixed? string[]                   # the features that cannot be changed

---@class nsl.EthtoolOpts
---@field features? table<string, boolean>  # by the kernel's names (`tx-tcp-segmentation`), and to be set also by ethtool's for several: rx tx sg tso ufo gso gro lro rxvlan txvlan ntuple rxhash, or the long ones (`tcp-segmentation-offload`)
---@field requested? string[]               # features that are asked for and not on, because another that they need is off
---@field link? nsl.EthtoolLink             # `ethtool -s`
---@field rings? nsl.EthtoolRings           # `ethtool -G`
---@field channels? nsl.EthtoolChannels     # `ethtool -L`
---@field coalesce? nsl.EthtoolCoalesce     # `ethtool -C`
---@field pause? nsl.EthtoolPause           # `ethtool -A`

---@class nsl.EthtoolLink
---@field autoneg? boolean
---@field speed? integer|"unknown"          # in Mbit/s
---@field duplex? "half"|"full"|"unknown"
---@field master_slave? string              # "preferred-master", "preferred-slave", "forced-master", "forced-slave"
---@field lanes? integer

---@class nsl.EthtoolRings
---@field rx? integer
---@field tx? integer
---@field rx_mini? integer
---@field rx_jumbo? integer
---@field rx_buf_len? integer
---@field tcp_data_split? "on"|"off"|"unknown"
---@field cqe_size? integer
---@field tx_push? boolean
---@field rx_push? boolean
---@field tx_push_buf_len? integer
---@field rx_max? integer                   # the most there can be, as of the others that end so; read only
---@field tx_max? integer
---@field rx_mini_max? integer
---@field rx_jumbo_max? integer
---@field tx_push_buf_len_max? integer

---@class nsl.EthtoolChannels
---@field rx? integer
---@field tx? integer
---@field other? integer
---@field combined? integer
---@field rx_max? integer                   # the most there can be, as of the others that end so; read only
---@field tx_max? integer
---@field other_max? integer
---@field combined_max? integer

---@class nsl.EthtoolCoalesce
---@field rx_usecs? integer
---@field rx_frames? integer
---@field rx_usecs_irq? integer
---@field rx_frames_irq? integer
---@field tx_usecs? integer
---@field tx_frames? integer
---@field tx_usecs_irq? integer
---@field tx_frames_irq? integer
---@field stats_block_usecs? integer
---@field adaptive_rx? boolean
---@field adaptive_tx? boolean
---@field pkt_rate_low? integer
---@field rx_usecs_low? integer
---@field rx_frames_low? integer
---@field tx_usecs_low? integer
---@field tx_frames_low? integer
---@field pkt_rate_high? integer
---@field rx_usecs_high? integer
---@field rx_frames_high? integer
---@field tx_usecs_high? integer
---@field tx_frames_high? integer
---@field sample_interval? integer
---@field cqe_mode_tx? boolean
---@field cqe_mode_rx? boolean

---@class nsl.EthtoolPause
---@field autoneg? boolean
---@field rx? boolean
---@field tx? boolean

--- Reads the features, speed, channels and rings of a device, as `ethtool` shows them; what its driver does not know is left out.
--- ```lua
--- print(netns.ethtool_get("ns0/eth0").features["tx-tcp-segmentation"])
--- ```
---@param dev nsl.Dev
---@return nsl.EthtoolRecord record
---@raises ENOENT ENODEV EOPNOTSUPP
---@since 0.1
function netns.ethtool_get(dev) end

--- Sets features, speed, channels or rings of a device, as `ethtool` does: all that is given, or nothing.
---
--- What is so already is not set again. A name for several features changes those that can be changed; what is said of a
--- feature itself goes before.
--- ```lua
--- netns.ethtool_set("ns0/eth0", { features = { tso = false, gso = false }, channels = { rx = 2 } })
--- ```
---@param dev nsl.Dev
---@param opts nsl.EthtoolOpts
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.ethtool_set(dev, opts) end
