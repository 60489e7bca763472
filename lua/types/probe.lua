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
---@field error? string               # what the kernel, or somebody on the way, said: "ENETUNREACH"

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
