---@meta

--- What every discipline has, of whatever kind; the options of its kind stand beside these. Without a place it is at the root.
---@class nsl.QdiscPlace
---@field kind? string                # as `tc` calls it: "fq_codel"; needed but for changing or deleting what is there
---@field handle? string              # its number, hexadecimal: "1:"; the kernel gives it one unless told
---@field root? boolean               # the link sends by it
---@field parent? string              # a class of another discipline sends by it: "1:10"
---@field ingress_block? integer      # its filters for what comes in are those of this block
---@field egress_block? integer       # its filters for what goes out are those of this block
---@field stab? nsl.Stab              # what packets count
---@field estimator? nsl.Estimator    # not read back

--- Sizes that packets count, where the link below is not Ethernet (tc-stab(8)).
---@class nsl.Stab
---@field mtu? integer                # the longest packet; 2047 unless told
---@field tsize? integer              # how many sizes are told apart; 512 unless told
---@field mpu? integer                # the least that a packet counts, in bytes
---@field overhead? integer           # bytes that each packet counts more
---@field linklayer? "ethernet"|"atm"|"adsl"

--- Has the kernel measure a rate: `stats` then has `rate` and `pps`.
---@class nsl.Estimator
---@field interval nsl.Time           # how often it measures, up to 8 s
---@field time_constant nsl.Time      # over which time

--- The options of a discipline, in `tc qdisc`'s words: those of its kind, and where it is. Kinds without options are ingress,
--- clsact, mq, multiq, drr, qfq, teql0 and noqueue; choke has those of red, pfifo_head_drop and skbprio that of pfifo.
---@class nsl.QdiscOpts: nsl.QdiscPlace, nsl.NetemOpts, nsl.TbfOpts, nsl.HtbOpts, nsl.HfscOpts, nsl.FifoOpts, nsl.FqCodelOpts, nsl.FqPieOpts, nsl.FqOpts, nsl.CakeOpts, nsl.SfqOpts, nsl.GredOpts, nsl.SfbOpts, nsl.HhfOpts, nsl.PrioOpts, nsl.EtsOpts, nsl.MqprioOpts, nsl.TaprioOpts, nsl.EtfOpts, nsl.CbsOpts, nsl.PlugOpts

--- Which disciplines are meant.
---@class nsl.QdiscListOpts
---@field dev? nsl.Dev                # on this link
---@field kind? string                # of this kind
---@field handle? string              # with this number
---@field root? boolean               # by which a link sends
---@field parent? string              # below this
---@field invisible? boolean          # those too that the kernel put below a class by itself

--- What went through; and what its kind counts, as `tc -s` calls it (`marked`, `ecn_mark`, `borrowed` …).
---@class nsl.TcStats
---@field [string] integer|number|boolean
---@field packets integer
---@field bytes integer
---@field drops integer
---@field overlimits integer
---@field requeues integer
---@field qlen integer                # packets that wait
---@field backlog integer             # bytes that wait
---@field rate? integer               # bits a second, where an estimator measures
---@field pps? integer                # packets a second

--- A discipline, as `netns.qdisc_add` takes it.
---@class nsl.QdiscRecord: nsl.QdiscOpts
---@field dev string                  # the link it is on
---@field handle string               # "0:" where the kernel put it there by itself
---@field offloaded? boolean          # the hardware does it
---@field stats nsl.TcStats

--- Adds a queueing discipline: how a link, or a class of another discipline, sends.
--- ```lua
--- netns.qdisc_add("ns0/veth0", { kind = "tbf", rate = "10mbit", burst = "16kb", latency = "50ms" })
--- netns.qdisc_add("ns0/veth1", { kind = "htb", handle = "1:", default = "10" })
--- netns.qdisc_add("ns0/veth1", { kind = "netem", parent = "1:10", delay = "20ms", jitter = "2ms" })
--- ```
---@param dev nsl.Dev
---@param opts nsl.QdiscOpts
---@raises EEXIST ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.qdisc_add(dev, opts) end

--- Puts a discipline in the place of the one there is; one of the same kind is changed, if its kind can be.
--- ```lua
--- netns.qdisc_replace("ns0/veth0", { kind = "pfifo", limit = 100 })
--- ```
---@param dev nsl.Dev
---@param opts nsl.QdiscOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.qdisc_replace(dev, opts) end

--- Changes a discipline that is there; without a kind, whichever is in that place.
---
--- As with `tc`, most kinds keep what is not said; netem, tbf and those whose options are one struct start anew.
--- ```lua
--- netns.qdisc_change("ns0/veth0", { limit = 200 })
--- ```
---@param dev nsl.Dev
---@param opts nsl.QdiscOpts
---@raises ENODEV ENOENT EINVAL EOPNOTSUPP EPERM
---@since 0.1
function netns.qdisc_change(dev, opts) end

--- Deletes a discipline and all below it; at the root unless its place or number is said.
--- ```lua
--- netns.qdisc_delete "ns0/veth0"
--- netns.qdisc_delete("ns0/veth0", { kind = "ingress" })
--- ```
---@param dev nsl.Dev
---@param opts? nsl.QdiscOpts          # `kind`, `handle`, `parent`; what else a record has is of no matter
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.qdisc_delete(dev, opts) end

--- Lists the disciplines of a namespace or of one link, with their options and what went through them.
--- ```lua
--- for _, q in ipairs(netns.qdisc_list "ns0") do print(q.dev, q.kind, q.stats.drops) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.QdiscListOpts
---@return nsl.QdiscRecord[] qdiscs
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.qdisc_list(dev_or_ns, opts) end
