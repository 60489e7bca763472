---@meta

--- Where a filter is attached, and what it is called there. Without a place it is at the discipline by which the link sends.
---@class nsl.FilterPlace
---@field kind? "u32"|"flower"|"matchall"|"fw"|"bpf"|"basic"|"cgroup"|"flow"|"route"|string      # how it tells packets; needed when one is added
---@field root? boolean               # at the discipline by which the link sends
---@field parent? string              # at this discipline or class: "1:", "1:10"; or "ingress", "egress", as those words
---@field ingress? boolean            # what comes in, where there is a clsact
---@field egress? boolean             # what goes out, where there is a clsact
---@field block? integer              # instead of a link and a place: the block that disciplines share by `ingress_block` or `egress_block`
---@field protocol? string|integer    # of the packets: "ip", "ipv6", "arp", "802.1Q" …; "all" unless told
---@field pref? integer               # less is asked first
---@field chain? integer              # a chain of filters of its own
---@field handle? string|integer      # its number, in the form of its kind

--- Options of a filter that takes every packet (tc-matchall(8)).
---@class nsl.MatchallOpts
---@field classid? string             # the class for them: "1:10"
---@field skip_hw? boolean            # not by the hardware
---@field skip_sw? boolean            # by the hardware alone

--- Options of a filter that looks at bits (tc-u32(8)).
---@class nsl.U32Opts
---@field match? string[]             # all of them: "ip dst 10.0.0.0/8", "tcp dst 80 0xffff", "u16 0x800 0xffff at -2"
---@field indev? nsl.Dev              # came in by this link
---@field order? integer              # the end of its handle, by which it stands among others
---@field sample? string              # a pattern: in which place of the table it is; "ip protocol 6 0xff divisor 16" of one with 16
---@field ht? string                  # the table it is in: "800:", "1:5:" for a place in it
---@field link? string                # goes on in this table
---@field divisor? integer            # makes a table with so many places, in place of a filter: `handle = "1:"`
---@field hashkey? string             # which bits choose the place in the linked table: "0x00ff0000 at 12"
---@field offset? integer             # bytes by which the next match begins later
---@field offset_at? integer          # where in the packet that number is
---@field offset_mask? integer        # which bits of it count
---@field offset_shift? integer       # by how many bits it is moved
---@field eat? boolean                # what follows counts from there
---@field mark? integer               # the packet's mark
---@field mark_mask? integer          # which bits of the mark count

--- Options of a filter that looks at the fields of headers (tc-flower(8)). Most take a mask behind a slash.
---@class nsl.FlowerOpts
---@field indev? nsl.Dev              # came in by this link
---@field dst_mac? string             # "02:00:00:00:00:01", "02:00:00:00:00:00/ff:ff:ff:00:00:00"
---@field src_mac? string             # or so many bits of it: "02:00:00:00:00:00/24"
---@field vlan_id? integer
---@field vlan_prio? integer
---@field vlan_ethtype? string|integer          # what is in the VLAN: "ip", "802.1Q"
---@field cvlan_id? integer           # of a VLAN in a VLAN
---@field cvlan_prio? integer
---@field cvlan_ethtype? string|integer
---@field num_of_vlans? integer
---@field mpls? nsl.FlowerLabel[]     # labels, in place of the words for the first one that follow
---@field mpls_label? integer
---@field mpls_tc? integer
---@field mpls_bos? integer
---@field mpls_ttl? integer
---@field ip_proto? "tcp"|"udp"|"sctp"|"icmp"|"icmpv6"|"esp"|"ah"|"l2tp"|integer
---@field dst_ip? string              # an address or a network, of either family
---@field src_ip? string
---@field ip_tos? string|integer      # "0x10/0xfc"
---@field ip_ttl? string|integer
---@field ip_flags? string            # "frag", "nofrag", "firstfrag", "frag/nofirstfrag"
---@field dst_port? string|integer    # 80, "80/0xfff0", "1000-2000"; needs `ip_proto`
---@field src_port? string|integer
---@field tcp_flags? string|integer   # "0x2/0x12"
---@field type? string|integer        # of ICMP; needs `ip_proto`
---@field code? string|integer        # of ICMP; needs `ip_proto`
---@field arp_sip? string             # who asks
---@field arp_tip? string             # for whom
---@field arp_op? "request"|"reply"|integer
---@field arp_sha? string
---@field arp_tha? string
---@field pppoe_sid? integer          # the session of PPPoE; `protocol = "ppp_ses"`
---@field ppp_proto? "ip"|"ipv6"|"mpls_uc"|"mpls_mc"|integer    # what is in it
---@field l2tpv3_sid? integer         # the session of L2TPv3; `ip_proto = "l2tp"`
---@field spi? string|integer         # of an association of IPsec
---@field l2_miss? boolean            # whether a bridge knew whom it is for
---@field cfm? { mdl?: integer, op?: integer }   # of connectivity fault management: its level and what it is; `protocol = "cfm"`
---@field enc_flags? string           # "tuncsum", "tundf/notunoam", "tuncrit"
---@field enc_key_id? integer         # of the tunnel it came by
---@field geneve_opts? string         # of the tunnel it came by: "0102:80:00112233", with masks "0102:80:00112233/ffff:ff:ffffff00", several behind commas (Linux before 6.15)
---@field vxlan_opts? string|integer  # its group policy: 513, "513/0xffff" (Linux before 6.15)
---@field erspan_opts? string         # version, index, direction, hardware: "1:2:0:0", "2:0:1:3" (Linux before 6.15)
---@field gtp_opts? string            # type and flow: "0a:bc/0f:ff" (Linux before 6.15)
---@field enc_src_ip? string
---@field enc_dst_ip? string
---@field enc_src_port? string|integer
---@field enc_dst_port? string|integer
---@field enc_tos? string|integer
---@field enc_ttl? string|integer
---@field ct_state? string            # "+trk+est-new"
---@field ct_zone? string|integer
---@field ct_mark? string|integer
---@field ct_label? string

--- A label of MPLS that a filter looks at.
---@class nsl.FlowerLabel
---@field depth integer               # which one, from 1
---@field label? integer
---@field tc? integer
---@field bos? integer
---@field ttl? integer

--- What a filter of flower can be told beside that.
---@class nsl.FlowerOwnOpts
---@field hw_tc? integer              # the queue of the hardware, from 0 to 15, in place of a class
---@field verbose? boolean            # the kernel says why the hardware does not take it

--- Options of a filter that looks at the mark of packets, which is its handle: `handle = 6`, `handle = "0x1/0xff"` (tc-fw(8)).
---@class nsl.FwOpts
---@field indev? nsl.Dev              # came in by this link

--- Options of a filter that is a program (tc-bpf(8)). It is loaded from an object file, as `clang -target bpf` makes one, and
--- lives as long as the filter; its maps too, unless they say that they are to be pinned by their name.
---@class nsl.BpfOpts
---@field bytecode? string            # of the classic BPF: "1,6 0 0 65535"
---@field object? string              # the object file it is in
---@field section? string             # the section of it; "classifier" if nobody says
---@field program? string             # the function's name, in whatever section
---@field object_pinned? string       # where it is pinned: "/sys/fs/bpf/filter"
---@field prog? nsl.BpfProgram        # one that is in the kernel, as it was read
---@field bpf_name? string            # what it is called: "filter.o:[classifier]"; read too
---@field direct_action? boolean      # what it returns is what becomes of the packet

--- A program in the kernel, as it is read. Those who may not look at programs (CAP_SYS_ADMIN) get its `id` only, and the filter
--- has its `tag`. By the `id` it is used again.
---@class nsl.BpfProgram
---@field id integer
---@field name? string
---@field tag? string                 # what its code comes to, in hexadecimal
---@field jited? boolean              # whether it is the processor's code

--- Options of a filter that looks at the route of packets (tc-route(8)).
---@class nsl.RouteFilterOpts
---@field to? integer                 # the realm they go to
---@field from? integer               # the realm they come from
---@field fromif? nsl.Dev             # they came in by this link

--- What a filter of basic, cgroup or flow looks at (tc-ematch(8)): a match, or several.
---@class nsl.Ematch
---@field and? nsl.Ematch[]           # all of these must fit; Lua takes `and_ = { … }`
---@field or? nsl.Ematch[]            # one of these must; Lua takes `or_ = { … }`
---@field not? boolean                # turned round; Lua takes `not_ = true`
---@field kind? "cmp"|"nbyte"|"u32"|"meta"|"canid"|integer
---@field align? "u8"|"u16"|"u32"     # cmp: how much is compared
---@field at? integer                 # cmp, nbyte: at how many bytes of the layer
---@field layer? "link"|"network"|"transport"|integer   # cmp, nbyte: whose header; "network" unless told
---@field mask? integer               # cmp, meta: which bits count
---@field trans? boolean              # cmp: the number is in the machine's order
---@field needle? string              # nbyte: the bytes
---@field hex? string                 # nbyte: the bytes in hexadecimal, where they are no plain text
---@field match? string               # u32: one pattern such as "u16 0x1122 0xffff at nexthdr+4"
---@field id? string|integer          # meta: "random" "loadavg_1" "loadavg_5" "loadavg_15" "dev" "priority" "protocol" "pkt_type" "pkt_len" "data_len" "mac_len" "nf_mark" "tc_index" "rt_classid" "rt_iif" "vlan" "sk_family" "sk_state" "sk_reuse" "sk_bind_if" "sk_refcnt" "sk_shutdown" "sk_proto" "sk_type" "sk_rcvbuf" "sk_rmem" "sk_wmem" "sk_omem" "sk_wmem_queue" "sk_snd_queue" "sk_rcv_queue" "sk_err_queue" "sk_fwd_alloc" "sk_sndbuf"
---@field shift? integer              # meta: moved right by so many bits; of a name so many characters do not count
---@field value? integer              # meta: a number in place of an id
---@field eq? integer|string|nsl.EmatchMeta   # cmp, meta: is this
---@field gt? integer|nsl.EmatchMeta          # cmp, meta: is greater
---@field lt? integer|nsl.EmatchMeta          # cmp, meta: is less
---@field sff? (string|integer)[]     # canid: identifiers of 11 bits: { "0x123", "0x125:0xf" }
---@field eff? (string|integer)[]     # canid: identifiers of 29 bits
---@field data? string                # of a kind that nsl knows by number alone: its bytes in hexadecimal

--- What is compared with, where that is not a value.
---@class nsl.EmatchMeta
---@field id string|integer
---@field shift? integer
---@field mask? integer

--- Options of a filter that takes what ematches fit: basic, and cgroup and flow beside their own.
--- ```lua
--- netns.filter_add("ns0/veth0", { kind = "basic", parent = "1:", classid = "1:10", match = {
---   { kind = "meta", id = "pkt_len", gt = 1000 },
---   { or_ = { { kind = "cmp", align = "u8", at = 9, eq = 6 }, { kind = "cmp", align = "u8", at = 9, eq = 17 } } },
--- } })
--- ```
---@class nsl.EmatchOpts
---@field match? nsl.Ematch[]         # all of them must fit

--- Options of a filter that makes the class out of keys of a packet (tc-flow(8)).
---@class nsl.FlowOpts
---@field keys? string[]              # "src" "dst" "proto" "proto-src" "proto-dst" "iif" "priority" "mark" "nfct" "nfct-src" "nfct-dst" "nfct-proto-src" "nfct-proto-dst" "rt-classid" "sk-uid" "sk-gid" "vlan-tag" "rxhash"
---@field mode? "map"|"hash"          # one key as it is, or a hash of all
---@field baseclass? string           # the class for 0: "1:1"
---@field divisor? integer            # the remainder of this counts
---@field perturb? nsl.Time           # the hash changes so often, in whole seconds
---@field rshift? integer             # a key is moved by so many bits
---@field addend? integer             # is added to a key
---@field and? integer                # these bits of a key are kept; Lua takes `and_ = 255`
---@field or? integer                 # these are set; Lua takes `or_ = 1`
---@field xor? integer                # these are turned

--- What a filter is to be.
---@class nsl.FilterOpts: nsl.FilterPlace, nsl.FlowerOpts, nsl.FlowerOwnOpts, nsl.MatchallOpts, nsl.U32Opts, nsl.FwOpts, nsl.BpfOpts, nsl.FlowOpts, nsl.RouteFilterOpts, nsl.EmatchOpts
---@field actions? (nsl.Action|string)[]        # in this order: { { kind = "mirred", egress = "redirect", dev = "eth1" }, "drop" }
---@field estimator? nsl.Estimator    # measures what its actions take, for police with `avrate`; not read back

--- Which filters are meant.
---@class nsl.FilterListOpts
---@field dev? nsl.Dev                # on this link
---@field kind? string                # of this kind
---@field root? boolean               # at the discipline by which the link sends
---@field parent? string              # at this discipline or class
---@field ingress? boolean            # of what comes in
---@field egress? boolean             # of what goes out
---@field block? integer              # of this block alone
---@field protocol? string|integer    # of packets of this protocol
---@field pref? integer               # of this preference
---@field chain? integer              # of this chain

--- A filter, as `netns.filter_add` takes it.
---@class nsl.FilterRecord: nsl.FilterOpts
---@field dev? string                 # the link; a filter of a block has none

--- Adds a filter: which packets go into which class, or what is done with them.
--- ```lua
--- netns.qdisc_add("ns0/veth0", { kind = "clsact" })
--- netns.filter_add("ns0/veth0", {
---   kind = "u32", ingress = true, protocol = "ip", match = { "ip dst 10.0.0.0/8" }, actions = { "drop" },
--- })
--- ```
--- In a block, which several disciplines share, it is one for all of them:
--- ```lua
--- netns.qdisc_add("ns0/veth0", { kind = "clsact", ingress_block = 22 })
--- netns.qdisc_add("ns0/veth1", { kind = "clsact", ingress_block = 22 })
--- netns.filter_add("ns0", { block = 22, kind = "matchall", actions = { "drop" } })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.FilterOpts
---@raises EEXIST EOPNOTSUPP ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_add(dev, opts) end

--- Adds a filter, in the place of the one with its preference and handle if there is one.
--- ```lua
--- netns.filter_replace("ns0/veth0", { kind = "matchall", ingress = true, pref = 5, handle = 1, actions = { "drop" } })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.FilterOpts
---@raises EOPNOTSUPP ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_replace(dev, opts) end

--- Changes the filter that is there.
--- ```lua
--- netns.filter_change("ns0/veth0", { kind = "matchall", ingress = true, pref = 5, handle = 1, actions = { "pass" } })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.FilterOpts
---@raises EOPNOTSUPP ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_change(dev, opts) end

--- Deletes a filter, or all of a preference, of a protocol, of a place.
--- ```lua
--- netns.filter_delete("ns0/veth0", { ingress = true, pref = 5 })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.FilterOpts
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_delete(dev, opts) end

--- Gives the filter of a preference, a protocol, a kind and a handle.
--- ```lua
--- local f = netns.filter_get("ns0/veth0", { kind = "matchall", ingress = true, pref = 5, protocol = "all", handle = 1 })
--- ```
---@param dev nsl.Dev|nsl.Netns      # a link, or the namespace of a block
---@param opts nsl.FilterOpts
---@return nsl.FilterRecord filter
---@raises EOPNOTSUPP ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_get(dev, opts) end

--- Lists the filters of a namespace or of one link, wherever they are attached; those of a shared block once.
--- ```lua
--- for _, f in ipairs(netns.filter_list "ns0/veth0") do print(f.kind, f.pref, f.classid) end
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns     # a string without a slash is a namespace; left out: where nsl runs
---@param opts? nsl.FilterListOpts
---@return nsl.FilterRecord[] filters
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_list(dev_or_ns, opts) end

--- Deletes the filters that `netns.filter_list` would list.
--- ```lua
--- print(netns.filter_flush("ns0/veth0", { ingress = true }))
--- ```
---@param dev_or_ns? nsl.Dev|nsl.Netns
---@param opts? nsl.FilterListOpts
---@return integer flushed            # how many there were
---@raises ENODEV ENOENT EINVAL EPERM
---@since 0.1
function netns.filter_flush(dev_or_ns, opts) end
