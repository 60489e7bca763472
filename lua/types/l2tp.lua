---@meta

--- A tunnel of L2TPv3, in `ip l2tp`'s words.
---@class nsl.L2tpTunnelOpts
---@field tunnel_id? integer           # its number here, from 1
---@field peer_tunnel_id? integer      # its number there
---@field encap? "udp"|"ip"            # what its packets are in; left out: udp
---@field local? string                # the address here
---@field remote? string               # the address there
---@field udp_sport? integer           # the port here, for udp
---@field udp_dport? integer           # and there
---@field udp_csum? boolean            # whether packets of UDP over IPv4 have a checksum; left out: false
---@field udp6_csum_tx? boolean        # whether those over IPv6 that go out have one; left out: true
---@field udp6_csum_rx? boolean        # whether those that come in need one; left out: true

--- What a tunnel or a session of L2TP has carried.
---@class nsl.L2tpStats
---@field tx_packets integer
---@field tx_bytes integer
---@field tx_errors integer
---@field rx_packets integer
---@field rx_bytes integer
---@field rx_errors integer
---@field rx_seq_discards integer      # whose number was not in order
---@field rx_oos_packets integer       # that came out of order
---@field rx_cookie_discards integer   # whose cookie was wrong
---@field rx_invalid integer           # that were none

--- A tunnel as it is read.
---@class nsl.L2tpTunnel: nsl.L2tpTunnelOpts
---@field stats nsl.L2tpStats

--- A session in a tunnel of L2TPv3: a link that carries Ethernet, in `ip l2tp`'s words.
---@class nsl.L2tpSessionOpts
---@field tunnel_id? integer           # the number of its tunnel here
---@field session_id? integer          # its own number here, from 1
---@field peer_session_id? integer     # its number there
---@field name? string                 # of its link; left out: l2tpeth0, l2tpeth1, …
---@field cookie? string               # what packets that come in have to say: 8 or 16 hexadecimal digits
---@field peer_cookie? string          # what those that go out say
---@field seq? "none"|"recv"|"send"|"both" # which packets are numbered, so that they come in order
---@field l2spec_type? "none"|"default" # the header in which the number stands; the kernel never tells it
---@field reorder_timeout? number      # how long packets wait for one that is late, in seconds

--- A session as it is read.
---@class nsl.L2tpSession: nsl.L2tpSessionOpts
---@field peer_tunnel_id integer       # the number of its tunnel there
---@field pw_type string               # what it carries: "eth", or what other programs make, such as "ppp"
---@field stats nsl.L2tpStats

--- Makes a tunnel of L2TPv3, of which both ends are told by hand.
---
--- It needs both numbers and both addresses, and over UDP both ports.
--- ```lua
--- netns.l2tp_tunnel_add("ns0", { tunnel_id = 1, peer_tunnel_id = 2, encap = "ip", local_ = "10.0.0.1", remote = "10.0.0.2" })
--- netns.l2tp_session_add("ns0", { tunnel_id = 1, session_id = 10, peer_session_id = 20, name = "l0" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.L2tpTunnelOpts
---@raises EEXIST EADDRNOTAVAIL EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.l2tp_tunnel_add(ns, opts) end

--- Deletes a tunnel of L2TP and the sessions in it.
--- ```lua
--- netns.l2tp_tunnel_delete("ns0", { tunnel_id = 1 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.L2tpTunnelOpts
---@raises ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.l2tp_tunnel_delete(ns, opts) end

--- Lists the tunnels of L2TP, or those that are as `opts` say.
--- ```lua
--- for _, t in ipairs(netns.l2tp_tunnel_list "ns0") do print(t.tunnel_id, t.remote) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.L2tpTunnelOpts
---@return nsl.L2tpTunnel[] tunnels
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.l2tp_tunnel_list(ns, opts) end

--- Makes a session in a tunnel of L2TP, which is a link that carries Ethernet.
---
--- It needs the number of its tunnel and both of its own.
--- ```lua
--- netns.l2tp_session_add("ns0", { tunnel_id = 1, session_id = 10, peer_session_id = 20, name = "l0", cookie = "00112233" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.L2tpSessionOpts
---@raises EEXIST ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.l2tp_session_add(ns, opts) end

--- Deletes a session of L2TP and its link.
--- ```lua
--- netns.l2tp_session_delete("ns0", { tunnel_id = 1, session_id = 10 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.L2tpSessionOpts
---@raises ENODEV EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.l2tp_session_delete(ns, opts) end

--- Lists the sessions in tunnels of L2TP, or those that are as `opts` say.
--- ```lua
--- for _, s in ipairs(netns.l2tp_session_list("ns0", { tunnel_id = 1 })) do print(s.session_id, s.name) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.L2tpSessionOpts
---@return nsl.L2tpSession[] sessions
---@raises EINVAL EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.l2tp_session_list(ns, opts) end
