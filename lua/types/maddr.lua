---@meta

--- Which addresses are meant.
---@class nsl.MaddrListOpts
---@field family? "link"|"inet"|"inet6"

--- An address of multicast that a link listens to.
---@class nsl.MaddrRecord
---@field dev string
---@field family "link"|"inet"|"inet6"
---@field address string
---@field users integer               # how many want it
---@field static? boolean             # made by `netns.maddr_add` or `ip maddr add`

--- Has a link listen to a link-layer address of multicast.
--- ```lua
--- netns.maddr_add("ns0/veth0", "01:00:5e:00:00:05")
--- ```
---@param dev nsl.Dev
---@param mac string
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.maddr_add(dev, mac) end

--- Has a link listen no more to an address that `netns.maddr_add` gave it.
--- ```lua
--- netns.maddr_delete("ns0/veth0", "01:00:5e:00:00:05")
--- ```
---@param dev nsl.Dev
---@param mac string
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.maddr_delete(dev, mac) end

--- Lists the addresses of multicast that links listen to.
--- ```lua
--- for _, a in ipairs(netns.maddr_list("ns0", { family = "inet" })) do print(a.dev, a.address) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@param opts? nsl.MaddrListOpts
---@return nsl.MaddrRecord[] addresses
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.maddr_list(dev_or_ns, opts) end
