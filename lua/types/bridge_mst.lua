---@meta

--- A port's state in one of the spanning trees of its bridge, in `bridge mst`'s words.
---@class nsl.MstOpts
---@field msti? integer                # the tree, from 1; VLANs are put into it by `msti` of `bridge_vlan_global_set`
---@field state? "disabled"|"listening"|"learning"|"forwarding"|"blocking"

--- The same as it is read. Tree 0 is that of the VLANs in no other, whose state is the port's own.
---@class nsl.MstRecord: nsl.MstOpts
---@field dev string                  # the port

--- Sets a port's state in a spanning tree of its bridge, which has to have `mst_enabled` (before it has VLANs).
---
--- Both options are needed.
--- ```lua
--- netns.link_set("ns0/br0", { vlan_filtering = true, mst_enabled = true })
--- netns.bridge_vlan_add("ns0/br0", "10-19", { self = true })
--- netns.bridge_vlan_global_set("ns0/br0", "10-19", { msti = 1 })
--- netns.bridge_mst_set("ns0/veth0", { msti = 1, state = "forwarding" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.MstOpts
---@raises ENODEV EBUSY EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.bridge_mst_set(dev, opts) end

--- Lists the states of bridges' ports in their spanning trees, or those of one port.
--- ```lua
--- for _, t in ipairs(netns.bridge_mst_list "ns0") do print(t.dev, t.msti, t.state) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@return nsl.MstRecord[] trees
---@raises ENODEV ENOENT EPERM
---@since 0.1
function netns.bridge_mst_list(dev_or_ns) end
