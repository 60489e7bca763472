---@meta

--- Which packets, in `ip xfrm`'s words.
---@class nsl.XfrmSelector
---@field src? string                 # from this address or network; left out: any
---@field dst? string                 # to this address or network; left out: any
---@field proto? integer|string       # of this protocol over IP: "tcp", "udp", "icmp", a number
---@field sport? integer              # from this port
---@field dport? integer              # to this port
---@field type? integer               # instead of ports: a type of ICMP
---@field code? integer               # and its code
---@field key? integer                # instead of ports: a key of GRE
---@field dev? nsl.Dev                # by this link

--- When a state or a policy ends (hard), and when programs are told that it soon will (soft).
---@class nsl.XfrmLimit
---@field byte_soft? integer
---@field byte_hard? integer
---@field packet_soft? integer
---@field packet_hard? integer
---@field time_soft? integer          # seconds after it was made
---@field time_hard? integer
---@field time_use_soft? integer      # seconds after its first use
---@field time_use_hard? integer

--- An algorithm and its key.
---@class nsl.XfrmAlgorithm
---@field name string                 # as the kernel calls it: "cbc(aes)", "hmac(sha256)", "rfc4106(gcm(aes))", "deflate"
---@field key? string                 # hexadecimal after "0x", or the text itself; compression has none
---@field trunc? integer              # of `auth_trunc`: how many bits of the hash are sent
---@field icv? integer                # of `aead`: how many bits the check has

--- Inside what else packets of a state go.
---@class nsl.XfrmEncap
---@field type "espinudp"|"espinudp-nonike"|"espintcp"
---@field sport integer
---@field dport integer
---@field oaddr? string               # the original address

--- A link that does the work of a state or policy.
---@class nsl.XfrmOffload
---@field dev nsl.Dev
---@field dir? "in"|"out"
---@field type? "crypto"|"packet"     # only the encryption, or all of it

--- A state's options, in `ip xfrm state`'s words.
---@class nsl.XfrmStateOpts
---@field src? string                 # the address that sends
---@field dst? string                 # the address that receives
---@field proto? integer|string       # "esp", "ah", "comp", "route2", "hao"
---@field spi? integer|string         # the number that packets carry: 256 or "0x100"
---@field reqid? integer              # which policies' templates it is for
---@field mode? "transport"|"tunnel"|"ro"|"in_trigger"|"beet" # left out: transport
---@field seq? integer
---@field replay_window? integer      # how many packets out of order are taken; more than 32 with numbers of 64 bits
---@field replay_seq? integer         # the number that was received last
---@field replay_oseq? integer        # the number that was sent last
---@field replay_seq_hi? integer      # the upper half of it, with flag "esn"
---@field replay_oseq_hi? integer     # the upper half of it, with flag "esn"
---@field flag? string[]              # noecn, decap-dscp, nopmtudisc, wildrecv, icmp, af-unspec, align4, esn
---@field extra_flag? string[]        # dont-encap-dscp, oseq-may-wrap
---@field mark? integer               # for packets with this firewall mark
---@field mask? integer               # the bits of it that count; left out: all
---@field output_mark? integer        # the firewall mark that packets get
---@field output_mark_mask? integer   # the bits of it that are set
---@field if_id? integer              # for links of type "xfrm" with this `if_id`
---@field auth? nsl.XfrmAlgorithm     # how packets are authenticated; read as `auth_trunc`
---@field auth_trunc? nsl.XfrmAlgorithm # the same, with how many bits of the hash are sent
---@field enc? nsl.XfrmAlgorithm      # how packets are encrypted
---@field aead? nsl.XfrmAlgorithm     # how packets are encrypted and authenticated in one
---@field comp? nsl.XfrmAlgorithm     # how packets are compressed
---@field encap? nsl.XfrmEncap        # inside what else packets go
---@field coa? string                 # the care-of address of Mobile IPv6
---@field sel? nsl.XfrmSelector       # for these packets alone
---@field limit? nsl.XfrmLimit        # when it ends
---@field offload? nsl.XfrmOffload    # the link that does the work
---@field tfcpad? integer             # packets are padded to so many bytes
---@field dir? "in"|"out"             # packets of which direction (Linux 6.10)

--- A state as it is read.
---@class nsl.XfrmStateRecord: nsl.XfrmStateOpts
---@field bytes? integer              # how much went through
---@field packets? integer            # how many packets went through
---@field add_time? integer           # when it was made, in seconds since 1970
---@field use_time? integer           # when it was used first, in seconds since 1970

--- What a new SPI is for.
---@class nsl.XfrmSpiOpts: nsl.XfrmStateOpts
---@field min? integer                # the least SPI; left out: 0x100
---@field max? integer                # the greatest SPI; left out: 0x0fffffff

--- A state that a policy's packets go through.
---@class nsl.XfrmTemplate
---@field src? string
---@field dst? string
---@field proto? integer|string       # "esp", "ah", "comp", "route2", "hao"
---@field spi? integer|string
---@field reqid? integer
---@field mode? "transport"|"tunnel"|"ro"|"in_trigger"|"beet"
---@field level? "required"|"use"     # whether packets are dropped without such a state; left out: required

--- A policy's options, in `ip xfrm policy`'s words.
---@class nsl.XfrmPolicyOpts: nsl.XfrmSelector
---@field dir? "in"|"out"|"fwd"       # packets of which direction; a new policy needs it
---@field action? "allow"|"block"
---@field priority? integer           # the smaller is asked first
---@field index? integer              # the policy's number, which also tells it from others
---@field flag? string[]              # localok, icmp
---@field ptype? "main"|"sub"
---@field mark? integer               # for packets with this firewall mark
---@field mask? integer               # the bits of it that count; left out: all
---@field if_id? integer              # for links of type "xfrm" with this `if_id`
---@field tmpl? nsl.XfrmTemplate[]    # the states that packets go through, in order; none: they go as they are
---@field limit? nsl.XfrmLimit        # when it ends
---@field offload? nsl.XfrmOffload    # the link that does the work

--- What is done with packets that no policy is for.
---@class nsl.XfrmPolicyDefault
---@field in? "accept"|"block"        # in Lua, `["in"] = "block"` or `in_ = "block"`
---@field fwd? "accept"|"block"
---@field out? "accept"|"block"

--- How many states there are.
---@class nsl.XfrmStateCounts
---@field count integer
---@field buckets integer             # the size of their table
---@field max_buckets integer         # the size it may grow to

--- From which lengths of prefixes on policies stand in a table by their addresses, and are found faster.
---@class nsl.XfrmThreshold
---@field lbits? integer              # of the near end's prefix: 0 to 32, or to 128 of IPv6
---@field rbits? integer              # of the far end's

--- What can be set of all policies together.
---@class nsl.XfrmPoliciesOpts
---@field hthresh4? nsl.XfrmThreshold # of IPv4
---@field hthresh6? nsl.XfrmThreshold # of IPv6

--- How many policies there are.
---@class nsl.XfrmPolicyCounts: nsl.XfrmPoliciesOpts
---@field in integer                  # of each direction; in Lua, `["in"]`
---@field out integer
---@field fwd integer
---@field sock_in integer             # those that programs set for one socket
---@field sock_out integer
---@field sock_fwd integer
---@field buckets integer             # the size of their table
---@field max_buckets integer         # the size it may grow to

--- Adds a state of IPsec: how packets between two addresses are encrypted.
--- ```lua
--- netns.xfrm_state_add("ns0", {
---   src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", spi = 0x100, mode = "tunnel", reqid = 1,
---   aead = { name = "rfc4106(gcm(aes))", key = "0x" .. ("00"):rep(20), icv = 128 },
--- })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmStateOpts
---@raises EEXIST EINVAL ENOSYS EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.xfrm_state_add(ns, opts) end

--- Changes a state of IPsec as far as the kernel can (limits, `encap`, `coa`; never keys), or adds it.
--- ```lua
--- netns.xfrm_state_replace("ns0", {
---   src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", spi = 0x100, limit = { time_hard = 3600 },
---   aead = { name = "rfc4106(gcm(aes))", key = "0x" .. ("00"):rep(20), icv = 128 },
--- })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmStateOpts
---@raises EINVAL ENOSYS EOPNOTSUPP ENOENT EPERM
---@since 0.1
function netns.xfrm_state_replace(ns, opts) end

--- Deletes a state of IPsec, told by `dst`, `proto` and `spi` (and `mark`).
--- ```lua
--- netns.xfrm_state_delete("ns0", { dst = "10.0.0.2", proto = "esp", spi = 0x100 })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmStateOpts
---@raises ESRCH EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_state_delete(ns, opts) end

--- Reads a state of IPsec, told by `dst`, `proto` and `spi` (and `mark`).
--- ```lua
--- print(netns.xfrm_state_get("ns0", { dst = "10.0.0.2", proto = "esp", spi = 0x100 }).bytes)
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmStateOpts
---@return nsl.XfrmStateRecord state
---@raises ESRCH EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_state_get(ns, opts) end

--- Lists the states of IPsec that are as `opts` say, with their keys.
--- ```lua
--- for _, s in ipairs(netns.xfrm_state_list("ns0", { proto = "esp" })) do print(s.dst, s.spi) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.XfrmStateOpts
---@return nsl.XfrmStateRecord[] states
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_state_list(ns, opts) end

--- Deletes the states of IPsec that are as `opts` say.
--- ```lua
--- print(netns.xfrm_state_flush "ns0")
--- ```
---@param ns nsl.Ns
---@param opts? nsl.XfrmStateOpts
---@return integer flushed            # how many there were
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_state_flush(ns, opts) end

--- Has the kernel choose an SPI for a state that a program is to make with `netns.xfrm_state_replace`.
--- ```lua
--- print(netns.xfrm_state_allocspi("ns0", { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", min = 256, max = 511 }).spi)
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmSpiOpts
---@return nsl.XfrmStateRecord state
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_state_allocspi(ns, opts) end

--- Tells how many states of IPsec there are, and the size of their table.
--- ```lua
--- print(netns.xfrm_state_count("ns0").count)
--- ```
---@param ns nsl.Ns
---@return nsl.XfrmStateCounts counts
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_state_count(ns) end

--- Adds a policy of IPsec: which packets go through which states.
--- ```lua
--- netns.xfrm_policy_add("ns0", {
---   dir = "out", src = "10.1.0.0/16", dst = "10.2.0.0/16",
---   tmpl = { { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", mode = "tunnel", reqid = 1 } },
--- })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmPolicyOpts
---@raises EEXIST EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_add(ns, opts) end

--- Adds a policy of IPsec, or changes the one of the same direction for the same packets.
--- ```lua
--- netns.xfrm_policy_replace("ns0", { dir = "out", dst = "10.2.0.0/16", action = "block" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmPolicyOpts
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_replace(ns, opts) end

--- Deletes the policy of IPsec of a direction for these very packets, or with an index.
--- ```lua
--- netns.xfrm_policy_delete("ns0", { dir = "out", dst = "10.2.0.0/16" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmPolicyOpts
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.xfrm_policy_delete(ns, opts) end

--- Reads the policy of IPsec of a direction for these very packets, or with an index.
--- ```lua
--- print(netns.xfrm_policy_get("ns0", { dir = "out", dst = "10.2.0.0/16" }).priority)
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmPolicyOpts
---@return nsl.XfrmPolicyOpts policy
---@raises ENOENT EINVAL EPERM
---@since 0.1
function netns.xfrm_policy_get(ns, opts) end

--- Lists the policies of IPsec that are as `opts` say.
--- ```lua
--- for _, p in ipairs(netns.xfrm_policy_list("ns0", { dir = "out" })) do print(p.src, p.dst) end
--- ```
---@param ns nsl.Ns
---@param opts? nsl.XfrmPolicyOpts
---@return nsl.XfrmPolicyOpts[] policies
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_list(ns, opts) end

--- Deletes the policies of IPsec that are as `opts` say.
--- ```lua
--- print(netns.xfrm_policy_flush("ns0", { dir = "fwd" }))
--- ```
---@param ns nsl.Ns
---@param opts? nsl.XfrmPolicyOpts
---@return integer flushed            # how many there were
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_flush(ns, opts) end

--- Tells how many policies of IPsec there are, the size of their table, and which stand in it by their addresses.
--- ```lua
--- print(netns.xfrm_policy_count("ns0").out)
--- ```
---@param ns nsl.Ns
---@return nsl.XfrmPolicyCounts counts
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_count(ns) end

--- Sets which policies of IPsec stand in a table by their addresses: those of networks with so many bits, or more.
--- ```lua
--- netns.xfrm_policy_set("ns0", { hthresh4 = { lbits = 24, rbits = 32 } })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmPoliciesOpts
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_set(ns, opts) end

--- Sets what is done with packets that no policy of IPsec is for.
--- ```lua
--- netns.xfrm_policy_setdefault("ns0", { fwd = "block" })
--- ```
---@param ns nsl.Ns
---@param opts nsl.XfrmPolicyDefault
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_setdefault(ns, opts) end

--- Reads what is done with packets that no policy of IPsec is for.
--- ```lua
--- print(netns.xfrm_policy_getdefault("ns0").fwd)
--- ```
---@param ns nsl.Ns
---@return nsl.XfrmPolicyDefault default
---@raises EINVAL ENOENT EPERM
---@since 0.1
function netns.xfrm_policy_getdefault(ns) end
