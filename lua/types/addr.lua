---@meta

--- What an address takes, in `ip addr`'s words.
---@class nsl.AddrOpts
---@field peer? string                # the address of the other side of a point-to-point link
---@field broadcast? string           # the broadcast address; "+": that of the network
---@field scope? string|integer       # "global", "link", "host", or a number
---@field label? string               # of an IPv4 address: the link's name, or it with ":TEXT"
---@field valid_lft? nsl.Time|"forever"      # how long it stays
---@field preferred_lft? nsl.Time|"forever"  # how long new connections use it
---@field metric? integer             # of the route to its network
---@field nodad? boolean              # no duplicate address detection
---@field noprefixroute? boolean      # no route to its network
---@field home? boolean               # the home address of a mobile IPv6 node
---@field mngtmpaddr? boolean         # a template for temporary IPv6 addresses
---@field optimistic? boolean         # an IPv6 address that is used before duplicate address detection is done
---@field autojoin? boolean           # a multicast address whose group the link joins

--- An address as the kernel has it. It can be given to `netns.addr_add` as its options.
---@class nsl.AddrRecord: nsl.AddrOpts
---@field dev string                  # the link's name
---@field address string              # with its prefix: "192.168.1.1/24"
---@field family nsl.Family
---@field scope string
---@field flags string[]              # as `ip` shows them: "permanent", "tentative"

--- Adds an address to a link.
--- ```lua
--- netns.addr_add("ns0/veth0", "192.168.1.1/24")
--- netns.addr_add("ns0/veth0", "2001:db8::1/64", { nodad = true })
--- ```
---@param dev nsl.Dev                 # "ns/interface" or a Link
---@param address string              # with its prefix: "192.168.1.1/24"
---@param opts? nsl.AddrOpts
---@raises EEXIST ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.addr_add(dev, address, opts) end

--- Adds an address to a link, or gives one that it has other lifetimes and flags.
--- ```lua
--- netns.addr_replace("ns0/veth0", "192.168.1.1/24", { valid_lft = 3600, preferred_lft = 1800 })
--- ```
---@param dev nsl.Dev                 # "ns/interface" or a Link
---@param address string              # with its prefix: "192.168.1.1/24"
---@param opts? nsl.AddrOpts
---@raises EEXIST ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.addr_replace(dev, address, opts) end

--- Takes an address away from a link.
--- ```lua
--- netns.addr_delete("ns0/veth0", "192.168.1.1/24")
--- ```
---@param dev nsl.Dev
---@param address string              # with its prefix
---@param opts? nsl.AddrOpts          # what tells it from another
---@raises EADDRNOTAVAIL ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.addr_delete(dev, address, opts) end

--- Lists the addresses of a namespace or of one link.
--- ```lua
--- for _, a in ipairs(netns.addr_list "ns0") do print(a.dev, a.address) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@return nsl.AddrRecord[] addresses
---@raises ENODEV ENOENT EPERM
---@since 0.1
function netns.addr_list(dev_or_ns) end

--- Takes all addresses away from a link.
--- ```lua
--- netns.addr_flush "ns0/veth0"
--- ```
---@param dev nsl.Dev
---@raises ENODEV ENOENT EPERM
---@since 0.1
function netns.addr_flush(dev) end
