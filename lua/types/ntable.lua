---@meta

--- Parameters of a table of neighbours, in `ip ntable`'s words; times in seconds.
---@class nsl.NtableOpts
---@field dev? nsl.Dev                # those of this link; without one those that new links get, which a namespace cannot change
---@field thresh1? integer            # entries below which nothing is forgotten; thresholds and gc_int are the machine's
---@field thresh2? integer            # entries above which it is forgotten soon
---@field thresh3? integer            # the most entries
---@field gc_int? nsl.Time            # how often it is cleaned up
---@field base_reachable? nsl.Time    # about how long an answer is good for
---@field retrans? nsl.Time           # between questions
---@field gc_stale? nsl.Time          # until an unused entry may go
---@field delay_probe? nsl.Time       # until the first question
---@field queue? integer              # packets that wait for an answer
---@field app_probes? integer         # questions by a program
---@field ucast_probes? integer       # questions to the one
---@field mcast_probes? integer       # questions to all
---@field mcast_reprobes? integer     # questions to all after those to the one
---@field anycast_delay? nsl.Time
---@field proxy_delay? nsl.Time
---@field proxy_queue? integer
---@field locktime? nsl.Time          # how long an entry is not overwritten
---@field interval_probe_time? nsl.Time    # between questions for managed entries

--- Which tables are meant.
---@class nsl.NtableListOpts
---@field name? string                # "arp_cache", "ndisc_cache"
---@field dev? nsl.Dev                # what they have for this link

--- A table of neighbours or what it has for a link, as `netns.ntable_change` takes it.
---@class nsl.NtableRecord: nsl.NtableOpts
---@field name string
---@field family "inet"|"inet6"
---@field refcnt? integer
---@field reachable? number           # how long an answer is good for now
---@field key_length? integer         # bytes of an address
---@field entry_size? integer         # bytes of an entry
---@field entries? integer            # how many there are, in all namespaces
---@field lookups? integer
---@field hits? integer
---@field res_failed? integer         # addresses that did not answer
---@field table_fulls? integer        # entries there was no room for

--- Changes parameters of a table of neighbours.
--- ```lua
--- netns.ntable_change("ns0", "arp_cache", { dev = "veth0", base_reachable = 5 })
--- ```
---@param ns nsl.Ns
---@param name string                 # "arp_cache", "ndisc_cache"
---@param opts nsl.NtableOpts
---@raises ENOENT ENODEV EINVAL EPERM
---@since 0.1
function netns.ntable_change(ns, name, opts) end

--- Lists the tables of neighbours, and what they have for each link.
--- ```lua
--- print(netns.ntable_list("ns0/veth0", { name = "arp_cache" })[1].base_reachable)
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@param opts? nsl.NtableListOpts
---@return nsl.NtableRecord[] tables
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.ntable_list(dev_or_ns, opts) end
