---@meta

--- How to ping.
---@class nsl.PingOpts
---@field count? integer              # how many requests; 1 unless told
---@field interval? nsl.Time          # between two of them
---@field timeout? nsl.Time           # how long to wait for the last answer
---@field size? integer               # bytes of data
---@field source? string              # the source address
---@field ttl? integer                # time to live (IPv6: hop limit)
---@field dev? string                 # the link to send by, a VRF too
---@field family? nsl.Family          # of the target's addresses

--- An answer.
---@class nsl.PingReply
---@field seq integer                 # which request, counted from 1
---@field time number                 # the round trip, in seconds
---@field ttl? integer                # with which the answer arrived
---@field from string                 # who answered
---@field bytes integer               # the length of the ICMP message

--- Round trips, in seconds.
---@class nsl.RoundTrip
---@field min number
---@field avg number
---@field max number
---@field mdev number                 # standard deviation

--- What a ping came to. No answer is a result too. Prints as a summary.
---@class nsl.PingResult
---@field target string               # the address asked
---@field sent integer
---@field received integer
---@field loss number                 # the share without an answer, from 0 to 1
---@field rtt? nsl.RoundTrip          # nil without an answer
---@field replies nsl.PingReply[]
---@field error? string               # what the kernel, or somebody on the way, said: "ENETUNREACH"; "ENOBUFS": never sent
---                                    # before its timeout, since the machine's table of neighbours (1,024) is full

--- How to measure throughput.
---@class nsl.ThroughputOpts
---@field duration? nsl.Time          # how long is sent: a second unless told
---@field udp? boolean                # datagrams instead of a TCP connection
---@field rate? nsl.Rate              # UDP: data a second; as much as can be sent unless told
---@field parallel? integer           # TCP: how many connections share the work, 1 to 128
---@field size? nsl.Size              # of a write (TCP, 128 KiB unless told) or of a datagram's data (UDP, 1,400 bytes)
---@field family? nsl.Family          # of the receiver's address
---@field address? string             # which of the receiver's addresses
---@field timeout? nsl.Time           # TCP: how long a connection is waited for, 5 s unless told

--- What arrived. Prints as a line.
---@class nsl.ThroughputResult
---@field from string                 # who sent
---@field to string                   # who received
---@field address string              # where to
---@field proto "tcp"|"udp"
---@field bits_per_second number      # data that arrived, without headers
---@field bytes integer               # data that arrived
---@field seconds number              # in how many seconds
---@field retransmits? integer        # TCP: segments sent again
---@field sent? integer               # UDP: datagrams sent
---@field received? integer           # UDP: those that arrived
---@field loss? number                # UDP: the share that did not, from 0 to 1
---@field jitter? number              # UDP: how much the time on the way varies, in seconds (RFC 3550)

--- Pings an address or a namespace from a namespace, by nsl's own ICMP.
---
--- Of a namespace's several addresses it takes one on a shared subnet, else the first. No answer is a result, not an error.
--- ```lua
--- print(netns.ping("ns0", "192.168.1.2"))
--- assert(netns.ping("ns0", netns.get "ns1", { count = 3, interval = "20ms" }).loss == 0)
--- ```
---@async
---@param ns nsl.Ns
---@param target string|nsl.Netns     # an address ("fe80::1%eth0" names the link too), or a namespace
---@param opts? nsl.PingOpts
---@return nsl.PingResult result
---@raises ENOENT ENODEV EINVAL EADDRNOTAVAIL EPERM
---@since 0.1
function netns.ping(ns, target, opts) end

--- Measures how much one namespace can send to another, over TCP or UDP: what arrives is counted.
---
--- nsl is both ends; nothing else has to run. Of the receiver's several addresses it takes one on a shared subnet, else the
--- first.
--- ```lua
--- print(netns.throughput("ns0", "ns1"))
--- local udp = netns.throughput("ns0", "ns1", { udp = true, rate = "10mbit", duration = 2 })
--- assert(udp.loss < 0.01, udp)
--- ```
---@async
---@param a nsl.Ns                    # who sends
---@param b nsl.Ns                    # who receives
---@param opts? nsl.ThroughputOpts
---@return nsl.ThroughputResult result
---@raises ENOENT EINVAL EADDRNOTAVAIL ECONNREFUSED ENETUNREACH EHOSTUNREACH ETIMEDOUT
---@since 0.1
function netns.throughput(a, b, opts) end
