---@meta

--- What `netns.events` takes.
---@class nsl.EventsOpts
---@field ns? nsl.Ns|nsl.Ns[]         # where: one namespace or several (a name, a path, a pid or a `Netns` each); without it the one nsl runs in
---@field all? boolean                # in all namespaces, as `netns.list { all = true }` finds them, and in those that come later
---@field objects? nsl.Object[]       # of what; without it of all but IPsec's
---@field timeout? nsl.Time           # the longest wait for one event; then the loop ends
---@field buffer? nsl.Size            # how much the kernel may keep for each namespace until it is read (128mb)

---@alias nsl.Object "link"|"addr"|"route"|"rule"|"neigh"|"fdb"|"mdb"|"bridge_vlan"|"bridge_vni"|"maddr"|"mroute"|"mrule"|"netconf"|"nexthop"|"qdisc"|"class"|"filter"|"chain"|"action"|"xfrm_state"|"xfrm_policy"|"prefix"|"nsid"|"netns" # each as its functions are called

--- Something that happened. `tostring` is one line.
---@class nsl.Event
---@field action "add"|"change"|"delete"|"overrun" # overrun: more happened than was kept; what it came to follows as differences
---@field object? nsl.Object          # what it happened to; not with an overrun
---@field netns? string               # where: the namespace's name, or what leads to it; nil where nsl runs
---@field dev? string                 # the link it is about
---@field record? table               # as the object's `_list` has it: now, or when it was deleted

--- A prefix that a router advertises, as an event's record.
---@class nsl.PrefixRecord
---@field prefix string               # "2001:db8::/64"
---@field dev string                  # the link it was heard at
---@field onlink? boolean             # its addresses are reached without a router
---@field autoconf? boolean           # addresses may be made of it
---@field valid_lft integer           # for how many seconds addresses of it are good
---@field preferred_lft integer       # for how many seconds new connections use them

--- A listener on objects of namespaces: called by a `for` loop, it gives the next event, or nil at the end. `<close>` ends it.
---@class nsl.Events
---@operator call: nsl.Event?

--- Follows what changes in namespaces from now on, as `ip monitor` does, without loss.
---
--- Each event is the difference from those before, so whoever carries them out has what the `_list` functions give. What
--- the kernel does without a word (routes that go with a link) is told too, a moment later. Where more happens than is read,
--- that is an event itself (`overrun`), and what it came to is read again and told. A link's `peer` and `link_netns` are looked
--- for in other namespaces while there are no more than 64, and of one that is deleted not at all; of VLANs each has a record
--- of its own; a link that is down changes its alias or group unheard.
---
--- States and policies of IPsec are told to who asks for them, as what they count does not matter, and with their keys. Of
--- actions those are told that stand by themselves, and not what they do and who holds them. Of `maddr` the addresses of
--- protocols are told, without their users, and by Linux 6.15 or newer; of `nsid` the ids by which a namespace knows others,
--- without their names. A `prefix` (`nsl.PrefixRecord`) is told when a router first advertises it and when its times or flags
--- are others; the kernel lists none, so none is deleted.
---
--- A name that comes to /run/netns or goes is an event of the object `netns`. The loop ends when all the namespaces that
--- are followed are gone, unless `netns` is followed as well.
--- ```lua
--- for event in netns.events { all = true, objects = { "link", "route" } } do print(event) end
---
--- local events <close> = netns.events { ns = "ns0", timeout = 1 }
--- netns.addr_add("ns0/eth0", "10.0.0.1/24")
--- for event in events do print(event.action, event.object, event.record.address) end
--- ```
---@param opts? nsl.EventsOpts
---@return nsl.Events events          # the iterator of a `for` loop
---@raises EINVAL ENOENT EPERM EMFILE
---@since 0.1
function netns.events(opts) end
