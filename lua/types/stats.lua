---@meta

--- What came in or went out, as far as it is counted.
---@class nsl.Traffic
---@field rx table<string, integer>   # bytes, packets, errors, dropped, multicast …
---@field tx table<string, integer>   # bytes, packets, errors, dropped, collisions …

--- What a link counts, in the groups of `ip stats`: those that it has something of.
---@class nsl.StatsRecord
---@field dev string
---@field link? nsl.Traffic
---@field xstats? nsl.ExtendedStats          # of a bridge or a bond
---@field xstats_slave? nsl.ExtendedStats    # of a port of one
---@field afstats? { mpls: nsl.Traffic }
---@field offload? nsl.OffloadStats

--- What bridges and bonds count, and their ports.
---@class nsl.ExtendedStats
---@field bridge? { mcast: table, stp: table<string, integer>, vlan: nsl.VlanStats[] }
---@field bond? table<"802.3ad", table<string, integer>>

--- What a bridge or a port counts of a VLAN.
---@class nsl.VlanStats: nsl.Traffic
---@field vid integer
---@field flags integer

--- What hardware counts, whether it does, and what the processor sees beside it.
---@class nsl.OffloadStats
---@field l3_stats? nsl.Traffic
---@field cpu_hit? nsl.Traffic
---@field hw_stats_info? { l3_stats: { request: boolean, used: boolean } }

--- What hardware counts for a link.
---@class nsl.StatsOpts
---@field l3_stats? boolean           # what it routes

--- Reads what a link counts: all groups of it, or one.
--- ```lua
--- print(netns.stats_get("ns0/br0", "xstats").xstats.bridge.mcast.mld_reports.rx_v2)
--- ```
---@param dev nsl.Dev
---@param group? "link"|"xstats"|"xstats_slave"|"afstats"|"offload"
---@return nsl.StatsRecord stats
---@raises EINVAL ENODEV EOPNOTSUPP
---@since 0.1
function netns.stats_get(dev, group) end

--- Sets what hardware counts for a link.
--- ```lua
--- netns.stats_set("ns0/eth0", { l3_stats = true })
--- ```
---@param dev nsl.Dev
---@param opts nsl.StatsOpts
---@raises EINVAL ENODEV EOPNOTSUPP EPERM
---@since 0.1
function netns.stats_set(dev, opts) end
