-- Filters of flower: `tc filter` beside `filter_add`. (`tc -json` of some of them is not JSON.)

local filters = require "filters"
local older = require "older"

local function write(ns, records)
  for _, record in ipairs(records) do ns:filter_replace(record.dev, record) end
end

--- A row for one filter, given in both ways.
local function flower(name, protocol, opts, words, want)
  opts.kind, opts.ingress, opts.pref, opts.protocol, opts.handle = "flower", true, 7, protocol, 1
  opts.actions = opts.actions or { "drop" }
  return {
    name,
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = ("tc filter add dev v0 ingress protocol %s pref 7 handle 1 flower %s action drop"):format(protocol, words),
    want = { want or opts },
  }
end

--- A row for a field that Debian's `tc` does not know yet.
local function newer(since, name, protocol, opts, want)
  local row = flower(name, protocol, opts, "", want)
  row.since, row.tool = since, nil
  return row
end

--- A row for options of a tunnel, which only older kernels are told.
local function options(name, opts, words, want)
  local row = flower("in a tunnel, by options of " .. name, "ip", opts, words, want)
  row.has = older
  return row
end

return {
  needs = { "sch_ingress", "cls_flower", "act_gact" },
  pair = true,
  before = [[
    tc qdisc add dev v0 clsact
  ]],
  json = "tc -details filter show dev v0 ingress",
  read = filters.read,
  write = write,
  again = true,
  flower("everything", "all", {}, "", { kind = "flower", handle = 1, ingress = true, pref = 7 }),
  flower("to a MAC address", "all", { dst_mac = "02:00:00:00:00:01" }, "dst_mac 02:00:00:00:00:01", { dst_mac = "02:00:00:00:00:01" }),
  flower("from some MAC addresses", "all", { src_mac = "02:00:00:00:00:00/ff:ff:ff:00:00:00" },
    "src_mac 02:00:00:00:00:00/ff:ff:ff:00:00:00", { src_mac = "02:00:00:00:00:00/ff:ff:ff:00:00:00" }),
  flower("to a network", "ip", { dst_ip = "10.0.0.0/8" }, "dst_ip 10.0.0.0/8", { dst_ip = "10.0.0.0/8", protocol = "ip" }),
  flower("from an address", "ip", { src_ip = "192.0.2.1" }, "src_ip 192.0.2.1", { src_ip = "192.0.2.1" }),
  flower("to a network of IPv6", "ipv6", { dst_ip = "2001:db8::/32" }, "dst_ip 2001:db8::/32", { dst_ip = "2001:db8::/32" }),
  flower("of TCP, to a port", "ip", { ip_proto = "tcp", dst_port = 80 }, "ip_proto tcp dst_port 80", { ip_proto = "tcp", dst_port = 80 }),
  flower("of UDP, from a port", "ipv6", { ip_proto = "udp", src_port = 53 }, "ip_proto udp src_port 53", { ip_proto = "udp", src_port = 53 }),
  flower("of SCTP, to a port", "ip", { ip_proto = "sctp", dst_port = 9 }, "ip_proto sctp dst_port 9", { ip_proto = "sctp", dst_port = 9 }),
  flower("to a range of ports", "ip", { ip_proto = "tcp", dst_port = "1000-2000" }, "ip_proto tcp dst_port 1000-2000",
    { dst_port = "1000-2000" }),
  flower("by flags of TCP", "ip", { ip_proto = "tcp", tcp_flags = "0x2/0x12" }, "ip_proto tcp tcp_flags 0x2/0x12", { tcp_flags = "0x2/0x12" }),
  flower("by tos", "ip", { ip_tos = "0x10/0xfc" }, "ip_tos 0x10/0xfc", { ip_tos = "0x10/0xfc" }),
  flower("by ttl", "ip", { ip_ttl = 64 }, "ip_ttl 64", { ip_ttl = 64 }),
  flower("fragments", "ip", { ip_flags = "frag/nofirstfrag" }, "ip_flags frag/nofirstfrag", { ip_flags = "frag/nofirstfrag" }),
  flower("of ICMP, by type and code", "ip", { ip_proto = "icmp", type = 8, code = 0 }, "ip_proto icmp type 8 code 0", { type = 8, code = 0 }),
  flower("of ICMPv6, by type", "ipv6", { ip_proto = "icmpv6", type = 128 }, "ip_proto icmpv6 type 128", { type = 128 }),
  flower("of ARP, what is asked", "arp", { arp_op = "request", arp_tip = "10.0.0.1", arp_sip = "10.0.0.0/24" },
    "arp_op request arp_tip 10.0.0.1 arp_sip 10.0.0.0/24", { arp_op = "request", arp_tip = "10.0.0.1", arp_sip = "10.0.0.0/24" }),
  flower("of ARP, whose", "arp", { arp_sha = "02:00:00:00:00:01", arp_tha = "02:00:00:00:00:02" },
    "arp_sha 02:00:00:00:00:01 arp_tha 02:00:00:00:00:02", { arp_sha = "02:00:00:00:00:01", arp_tha = "02:00:00:00:00:02" }),
  flower("of a VLAN", "802.1Q", { vlan_id = 10, vlan_prio = 3, vlan_ethtype = "ip" }, "vlan_id 10 vlan_prio 3 vlan_ethtype ip",
    { vlan_id = 10, vlan_prio = 3, vlan_ethtype = "ip", protocol = "802.1Q" }),
  flower("of a VLAN in a VLAN", "802.1ad", { vlan_ethtype = "802.1Q", cvlan_id = 5, cvlan_prio = 1, cvlan_ethtype = "ipv6" },
    "vlan_ethtype 802.1q cvlan_id 5 cvlan_prio 1 cvlan_ethtype ipv6", { cvlan_id = 5, cvlan_prio = 1, cvlan_ethtype = "ipv6" }),
  flower("of MPLS", "mpls_uc", { mpls_label = 100, mpls_tc = 3, mpls_bos = 1, mpls_ttl = 9 }, "mpls_label 100 mpls_tc 3 mpls_bos 1 mpls_ttl 9",
    { mpls_label = 100, mpls_tc = 3, mpls_bos = 1, mpls_ttl = 9 }),
  flower("in a tunnel", "ip", { enc_key_id = 7, enc_dst_ip = "10.0.0.1", enc_src_ip = "10.0.0.2", enc_dst_port = 4789 },
    "enc_key_id 7 enc_dst_ip 10.0.0.1 enc_src_ip 10.0.0.2 enc_dst_port 4789",
    { enc_key_id = 7, enc_dst_ip = "10.0.0.1", enc_src_ip = "10.0.0.2", enc_dst_port = 4789 }),
  flower("in a tunnel, by tos and ttl", "ip", { enc_tos = "0x10", enc_ttl = 9 }, "enc_tos 0x10 enc_ttl 9", { enc_tos = "0x10", enc_ttl = 9 }),
  flower("by the state of its connection", "ip", { ct_state = "+trk+est" }, "ct_state +trk+est", { ct_state = "+est+trk" }),
  flower("by the mark of its connection", "ip", { ct_mark = "0x1/0xff" }, "ct_mark 0x1/0xff", { ct_mark = "1/0xff" }),
  flower("by the label of its connection", "ip", { ct_label = "00000000000000000000000000000001" }, "ct_label 00000000000000000000000000000001",
    { ct_label = "00000000000000000000000000000001" }),
  flower("by how many VLANs it is in", "802.1Q", { num_of_vlans = 2 }, "num_of_vlans 2", { num_of_vlans = 2 }),
  flower("of a link", "ip", { indev = "v0" }, "indev v0", { indev = "v0" }),
  flower("not by the hardware", "ip", { skip_hw = true }, "skip_hw", { skip_hw = true }),
  flower("from MAC addresses that begin alike", "all", { src_mac = "02:00:00:00:00:00/24" }, "src_mac 02:00:00:00:00:00/24",
    { src_mac = "02:00:00:00:00:00/ff:ff:ff:00:00:00" }),
  flower("of MPLS, label by label", "mpls_uc",
    { mpls = { { depth = 1, label = 100, tc = 3, bos = 0, ttl = 9 }, { depth = 2, label = 200 } } },
    "mpls lse depth 1 label 100 tc 3 bos 0 ttl 9 lse depth 2 label 200",
    { mpls = { { depth = 1, label = 100, tc = 3, bos = 0, ttl = 9 }, { depth = 2, label = 200 } } }),
  flower("in a session of PPPoE", "ppp_ses", { pppoe_sid = 7, ppp_proto = "ip" }, "pppoe_sid 7 ppp_proto ip", { pppoe_sid = 7, ppp_proto = "ip" }),
  flower("with all that the kernel says of it", "ip", { verbose = true }, "verbose", { verbose = true }),
  flower("into a queue of the hardware", "ip", { hw_tc = 2 }, "hw_tc 2", { hw_tc = 2 }),
  newer("6.1", "in a session of L2TPv3", "ip", { ip_proto = "l2tp", l2tpv3_sid = 5 }, { ip_proto = "l2tp", l2tpv3_sid = 5 }),
  newer("6.5", "whom the bridge does not know", "all", { l2_miss = true }, { l2_miss = true }),
  newer("6.6", "of connectivity fault management", "cfm", { cfm = { mdl = 5, op = 46 } }, { protocol = "cfm", cfm = { mdl = 5, op = 46 } }),
  newer("6.6", "of an association of IPsec", "ip", { ip_proto = "esp", spi = "0x100" }, { ip_proto = "esp", spi = "0x100" }),
  options("geneve", { enc_key_id = 7, geneve_opts = "0102:80:00112233,0103:81:aabbccdd/ffff:ff:ffffff00" },
    "enc_key_id 7 geneve_opts 0102:80:00112233,0103:81:aabbccdd/ffff:ff:ffffff00",
    { geneve_opts = "0102:80:00112233,0103:81:aabbccdd/ffff:ff:ffffff00" }),
  options("VXLAN", { vxlan_opts = "57/0xff" }, "vxlan_opts 57/0xff", { vxlan_opts = "57/255" }),
  options("VXLAN, all of them", { vxlan_opts = 57 }, "vxlan_opts 57", { vxlan_opts = "57/4784127" }),
  options("ERSPAN", { erspan_opts = "1:2:0:0" }, "erspan_opts 1:2:0:0", { erspan_opts = "1:2:0:0/1:4294967295:0:0" }),
  options("ERSPAN II", { erspan_opts = "2:0:1:3/2:0:1:255" }, "erspan_opts 2:0:1:3/2:0:1:255", { kind = "flower" }),
  options("GTP", { gtp_opts = "0a:bc/0f:ff" }, "gtp_opts 0a:bc/0f:ff", { gtp_opts = "0a:bc/0f:ff" }),
  newer("6.11", "by flags of its tunnel", "ip", { enc_dst_ip = "10.0.0.1", enc_flags = "tuncsum/notundf/tunoam/notuncrit" },
    { enc_flags = "tuncsum/notundf/tunoam/notuncrit" }),
  {
    "into a queue that there is not",
    make = function(ns) ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "ip", hw_tc = 16 }) end,
    tool = "tc filter add dev v0 ingress protocol ip flower hw_tc 16",
    fails = { code = "EINVAL", message = "hw_tc" },
  },
  {
    "into a class",
    make = function(ns)
      ns:filter_add("v0", { kind = "flower", ingress = true, pref = 7, handle = 1, protocol = "ip", classid = "1:10", dst_ip = "10.0.0.1" })
    end,
    tool = "tc filter add dev v0 ingress protocol ip pref 7 handle 1 flower classid 1:10 dst_ip 10.0.0.1",
    want = { { classid = "1:10", dst_ip = "10.0.0.1" } },
  },
  {
    "in a tunnel, from a port",
    -- Debian's tc does not know it.
    make = function(ns)
      ns:filter_add("v0", { kind = "flower", ingress = true, pref = 7, handle = 1, protocol = "ip", enc_src_port = 4789 })
    end,
    want = { { enc_src_port = 4789 } },
  },
  {
    "by the zone of its connection, without zones",
    lacks = "ip link add v0 type veth; tc qdisc add dev v0 clsact; tc filter add dev v0 ingress protocol ip flower ct_zone 5",
    make = function(ns) ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "ip", ct_zone = "5/0xff" }) end,
    tool = "tc filter add dev v0 ingress protocol ip flower ct_zone 5/0xff",
    fails = { code = "EOPNOTSUPP", object = "v0", kernel = "Conntrack zones isn't enabled" },
  },
  {
    "by the hardware alone, which is none",
    make = function(ns) ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "ip", skip_sw = true }) end,
    tool = "tc filter add dev v0 ingress protocol ip flower skip_sw",
    fails = { code = "EOPNOTSUPP", object = "v0" },
  },
  {
    "a VLAN beyond 12 bits",
    make = function(ns) ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "802.1Q", vlan_id = 5000 }) end,
    tool = "tc filter add dev v0 ingress protocol 802.1Q flower vlan_id 5000",
    fails = { code = "EINVAL", message = 'option "vlan_id" must be a VLAN\'s number up to 4095, got 5000' },
  },
  {
    "a VLAN's priority beyond 3 bits",
    make = function(ns) ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "802.1Q", cvlan_prio = 8 }) end,
    tool = "tc filter add dev v0 ingress protocol 802.1Q flower cvlan_prio 8",
    fails = { code = "EINVAL", message = 'option "cvlan_prio" must be a priority up to 7, got 8' },
  },
  {
    "a port of no protocol",
    make = function(ns) ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "ip", dst_port = 80 }) end,
    tool = "tc filter add dev v0 ingress protocol ip flower dst_port 80",
    fails = { code = "EINVAL", message = "ip_proto" },
  },
}
