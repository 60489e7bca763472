---@meta

--- Of which peer.
---@class nsl.TcpMetricsOpts
---@field dst? string                  # the peer's address; of those that are listed or flushed also a network: "10.0.0.0/8"
---@field source? string               # the own address, or network

--- What TCP remembers of a peer, in `ip tcp_metrics`' words.
---@class nsl.TcpMetrics: nsl.TcpMetricsOpts
---@field age number                   # seconds since it was told
---@field rtt? number                  # seconds to the peer and back
---@field rttvar? number               # how much that varies, in seconds
---@field cwnd? integer                # the congestion window
---@field ssthresh? integer            # the slow start threshold
---@field reordering? integer          # how many packets come out of order
---@field tw_ts? integer               # the last time stamp of the peer
---@field tw_ts_ago? integer           # and how long ago it was, in seconds
---@field fo_mss? integer              # of TCP Fast Open: the peer's largest segment
---@field fo_syn_drops? integer        # how often a SYN with data was lost
---@field fo_syn_drop_ago? number      # and how long ago, in seconds
---@field fo_cookie? string            # the peer's cookie, in hexadecimal

--- Lists what TCP remembers of its peers.
--- ```lua
--- for _, m in ipairs(netns.tcp_metrics_list "ns0") do print(m.dst, m.rtt) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.TcpMetricsOpts
---@return nsl.TcpMetrics[] metrics
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.tcp_metrics_list(ns, opts) end

--- Forgets what TCP remembers of a peer.
--- ```lua
--- netns.tcp_metrics_delete("ns0", { dst = "10.0.0.2" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.TcpMetricsOpts
---@raises ESRCH EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.tcp_metrics_delete(ns, opts) end

--- Forgets what TCP remembers of all peers, or of those that are as `opts` say.
--- ```lua
--- print(netns.tcp_metrics_flush "ns0")
--- ```
---@param ns nsl.Ns
---@param opts? nsl.TcpMetricsOpts
---@return integer flushed            # how many there were
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.tcp_metrics_flush(ns, opts) end
