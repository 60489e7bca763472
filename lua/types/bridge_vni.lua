---@meta

--- A VNI, or a range of them: 100, "100", "100-200".
---@alias nsl.Vnis integer|string

--- Where frames of a VNI go whose remote end is not known, in `bridge vni`'s words.
---@class nsl.VniOpts
---@field group? string               # to this group of multicast
---@field remote? string              # to this remote end

--- Which VNIs are meant.
---@class nsl.VniListOpts
---@field dev? nsl.Dev                # of this vxlan link
---@field vni? nsl.Vnis               # with one of these numbers
---@field stats? boolean              # with counters: each has a record of its own then

--- VNIs of one link that follow each other and are alike.
---@class nsl.VniRecord: nsl.VniOpts
---@field dev string                  # the vxlan link
---@field vni nsl.Vnis                # a number, or a range: "100-200"
---@field stats? { rx_bytes: integer, rx_pkts: integer, rx_drops: integer, rx_errors: integer, tx_bytes: integer, tx_pkts: integer, tx_drops: integer, tx_errors: integer }

--- Has a vxlan link that was made with external and vnifilter take VNIs.
--- ```lua
--- netns.bridge_vni_add("ns0/vxlan0", "100-200", { group = "239.1.1.1" })
--- ```
---@param dev nsl.Dev
---@param vnis nsl.Vnis
---@param opts? nsl.VniOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vni_add(dev, vnis, opts) end

--- Has a vxlan link take VNIs no more.
--- ```lua
--- netns.bridge_vni_delete("ns0/vxlan0", "150-200")
--- ```
---@param dev nsl.Dev
---@param vnis nsl.Vnis
---@param opts? nsl.VniOpts           # of a record; they tell nothing from another
---@raises ENOENT ENODEV EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vni_delete(dev, vnis, opts) end

--- Lists the VNIs that the vxlan links of a namespace take, or one of them.
--- ```lua
--- for _, v in ipairs(netns.bridge_vni_list "ns0") do print(v.dev, v.vni, v.remote) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.VniListOpts
---@return nsl.VniRecord[] vnis
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.bridge_vni_list(dev_or_ns, opts) end
