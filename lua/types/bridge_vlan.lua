---@meta

--- A VLAN's number, or a range of them: 10, "10", "10-20".
---@alias nsl.Vlans integer|string

--- Whose VLANs are meant. Unless told, those of the bridge, or of the port in its bridge.
---@class nsl.VlanWhose
---@field self? boolean               # the link's own
---@field master? boolean             # those of the port in its bridge

--- A VLAN's own options at a port or at the bridge.
---@class nsl.VlanOpts
---@field state? "disabled"|"listening"|"learning"|"forwarding"|"blocking"    # for spanning tree
---@field tunnel_info? { id: integer }|false    # the VNI it has on a vxlan port with vlan_tunnel, a range's the following ones too; false: none
---@field mcast_router? integer       # 0: no router of multicast is there, 1: as it is learned, 2: always
---@field mcast_max_groups? integer   # of multicast; 0: any number
---@field neigh_suppress? boolean     # questions for neighbours are answered, not flooded

--- What a VLAN takes, in `bridge vlan`'s words.
---@class nsl.VlanAddOpts: nsl.VlanOpts, nsl.VlanWhose
---@field pvid? boolean               # untagged frames belong to it
---@field untagged? boolean           # its frames leave without a tag

--- What a bridge has for a VLAN, in `bridge vlan global`'s words; used with its mcast_vlan_snooping or mst.
---@class nsl.VlanGlobalOpts
---@field mcast_snooping? boolean
---@field mcast_querier? boolean
---@field mcast_igmp_version? integer     # 2 or 3
---@field mcast_mld_version? integer      # 1 or 2
---@field mcast_last_member_count? integer
---@field mcast_startup_query_count? integer
---@field mcast_last_member_interval? nsl.Time
---@field mcast_membership_interval? nsl.Time
---@field mcast_querier_interval? nsl.Time
---@field mcast_query_interval? nsl.Time
---@field mcast_query_response_interval? nsl.Time
---@field mcast_startup_query_interval? nsl.Time
---@field msti? integer               # the spanning tree that it is in

--- Which VLANs are meant.
---@class nsl.VlanGlobalListOpts
---@field dev? nsl.Dev                # of this bridge
---@field vid? nsl.Vlans              # with one of these numbers

--- Which VLANs are meant.
---@class nsl.VlanListOpts
---@field dev? nsl.Dev                # of this bridge or port
---@field vid? nsl.Vlans              # with one of these numbers
---@field stats? boolean              # with counters: each has a record of its own then

--- VLANs of one link that follow each other and are alike.
---@class nsl.VlanRecord: nsl.VlanAddOpts
---@field dev string                  # the bridge or port
---@field vid nsl.Vlans               # a number, or a range: "10-20"
---@field mcast_n_groups? integer     # groups of multicast there are
---@field stats? { rx_bytes: integer, rx_packets: integer, tx_bytes: integer, tx_packets: integer }

--- What a bridge has for VLANs that follow each other and are alike.
---@class nsl.VlanGlobalRecord: nsl.VlanGlobalOpts
---@field dev string                  # the bridge
---@field vid nsl.Vlans               # a number, or a range: "10-20"

--- Adds VLANs to a port or to a bridge itself; of those there are it changes the options.
--- ```lua
--- netns.link_set("ns0/br0", { vlan_filtering = true })
--- netns.bridge_vlan_add("ns0/veth0", 10, { pvid = true, untagged = true })
--- netns.bridge_vlan_add("ns0/veth1", "10-20")
--- netns.bridge_vlan_add("ns0/br0", 10, { self = true })
--- ```
---@param dev nsl.Dev
---@param vlans nsl.Vlans
---@param opts? nsl.VlanAddOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vlan_add(dev, vlans, opts) end

--- Deletes VLANs of a port or of a bridge itself; those it does not have are no error, as with `bridge`.
--- ```lua
--- netns.bridge_vlan_delete("ns0/veth1", "12-14")
--- ```
---@param dev nsl.Dev
---@param vlans nsl.Vlans
---@param opts? nsl.VlanWhose
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vlan_delete(dev, vlans, opts) end

--- Sets options of VLANs that a port or a bridge itself has.
--- ```lua
--- netns.bridge_vlan_set("ns0/veth1", "10-11", { state = "blocking" })
--- ```
---@param dev nsl.Dev
---@param vlans nsl.Vlans
---@param opts nsl.VlanOpts
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vlan_set(dev, vlans, opts) end

--- Lists the VLANs of the bridges and ports of a namespace, or of one of them.
--- ```lua
--- for _, v in ipairs(netns.bridge_vlan_list "ns0") do print(v.dev, v.vid, v.pvid, v.untagged) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.VlanListOpts
---@return nsl.VlanRecord[] vlans
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vlan_list(dev_or_ns, opts) end

--- Sets what a bridge has for VLANs as a whole.
--- ```lua
--- netns.bridge_vlan_global_set("ns0/br0", 10, { mcast_querier = true })
--- ```
---@param dev nsl.Dev
---@param vlans nsl.Vlans
---@param opts nsl.VlanGlobalOpts
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vlan_global_set(dev, vlans, opts) end

--- Lists what bridges have for their VLANs as a whole.
--- ```lua
--- for _, v in ipairs(netns.bridge_vlan_global_list "ns0/br0") do print(v.vid, v.mcast_snooping) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.VlanGlobalListOpts
---@return nsl.VlanGlobalRecord[] vlans
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vlan_global_list(dev_or_ns, opts) end
