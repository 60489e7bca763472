---@meta

--- What an address takes, in `ip addr`'s words.
---@class nsl.AddrOpts
---@field peer? string                # the address of the other side of a point-to-point link, with the prefix of both if it has one
---@field remote? string              # the same
---@field broadcast? string           # the broadcast address; "+": that of the network; "-": its first address instead
---@field brd? string                 # the same
---@field scope? string|integer       # "global", "link", "host", or a number
---@field label? string               # of an IPv4 address: the link's name, or it with ":TEXT"
---@field valid_lft? nsl.Time|"forever"      # how long it stays
---@field preferred_lft? nsl.Time|"forever"  # how long new connections use it
---@field metric? integer             # of the route to its network
---@field priority? integer           # the same
---@field preference? integer         # the same
---@field proto? integer|string       # who made it: a number, or "kernel_ra" and other names in /etc/iproute2/rt_addrprotos
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
---@field secondary? boolean          # another one of its network is the first (IPv4)
---@field temporary? boolean          # made from a template with mngtmpaddr (IPv6)
---@field tentative? boolean          # duplicate address detection is not done
---@field dadfailed? boolean          # another node has it
---@field deprecated? boolean         # its preferred_lft is over
---@field dynamic? boolean            # its valid_lft ends
---@field stable_privacy? boolean     # made by addrgenmode "stable_secret" or "random"

--- Which addresses are meant. A flag that is false means those without it.
---@class nsl.AddrListOpts
---@field family? nsl.Family
---@field scope? string|integer       # "global", "link", "host", or a number
---@field label? string               # a label with `*` and `?` in it; the link's name where there is none
---@field to? string                  # inside this network: "10.0.0.0/8"
---@field proto? integer|string       # made by this
---@field up? boolean                 # of links that are up
---@field down? boolean               # of links that are down
---@field group? integer|string       # of links of this group
---@field type? string                # of links of this kind: "veth"
---@field master? nsl.Dev             # of ports of this link
---@field vrf? nsl.Dev                # of links of this VRF
---@field nomaster? boolean           # of links that are ports of none
---@field permanent? boolean          # for ever
---@field dynamic? boolean            # for some time
---@field secondary? boolean          # not the first of its network, or temporary
---@field primary? boolean            # the others
---@field temporary? boolean
---@field tentative? boolean
---@field deprecated? boolean
---@field dadfailed? boolean
---@field home? boolean
---@field nodad? boolean
---@field optimistic? boolean
---@field mngtmpaddr? boolean
---@field noprefixroute? boolean
---@field autojoin? boolean
---@field stable_privacy? boolean

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

--- Changes lifetimes and flags of an address that a link has; the kernel adds one that it has not, as with `ip addr`.
--- ```lua
--- netns.addr_change("ns0/veth0", "192.168.1.1/24", { valid_lft = "forever" })
--- ```
---@param dev nsl.Dev                 # "ns/interface" or a Link
---@param address string              # with its prefix: "192.168.1.1/24"
---@param opts? nsl.AddrOpts
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.addr_change(dev, address, opts) end

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

--- Lists the addresses of a namespace or of one link, all or those that the options say.
--- ```lua
--- for _, a in ipairs(netns.addr_list "ns0") do print(a.dev, a.address) end
--- print(#netns.addr_list("ns0", { family = "inet6", scope = "global", tentative = false }))
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.AddrListOpts
---@return nsl.AddrRecord[] addresses
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.addr_list(dev_or_ns, opts) end

--- Takes addresses away from a link, all or those that the options say.
--- ```lua
--- netns.addr_flush "ns0/veth0"
--- netns.addr_flush("ns0/veth0", { family = "inet", to = "10.0.0.0/8" })
--- ```
---@param dev nsl.Dev
---@param opts? nsl.AddrListOpts
---@return integer flushed            # how many there were
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.addr_flush(dev, opts) end
