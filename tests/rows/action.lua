-- Actions: each behind a filter that takes everything, beside `tc filter … matchall action`.

local function read(ns)
  local filters = ns:filter_list "v0"
  return filters[1] and filters[1].actions or {}
end

--- A filter of matchall cannot be replaced (Linux `mall_change`): away with it, and made again.
local function write(ns, records)
  ns:filter_flush "v0"
  ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = records })
end

--- A row for one action, given in both ways.
local function action(name, kind, opts, words, want)
  opts.kind = kind
  if not want then
    want = {}
    for key, value in pairs(opts) do want[key == "do_" and "do" or key] = value end
  end
  return {
    name,
    needs = { "sch_ingress", "cls_matchall", "act_" .. kind },
    make = function(ns)
      ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = { opts } })
    end,
    tool = ("tc filter add dev v0 ingress pref 7 handle 1 matchall action %s %s"):format(kind, words),
    want = { want },
  }
end

return {
  before = [[
    ip link add v0 type veth peer name v1
    tc qdisc add dev v0 clsact
  ]],
  json = "tc -details filter show dev v0 ingress",
  read = read,
  write = write,
  again = true,
  action("skbedit: a mark", "skbedit", { mark = 7 }, "mark 7"),
  action("skbedit: some bits of the mark", "skbedit", { mark = 7, mask = 15 }, "mark 7/15"),
  action("skbedit: a priority", "skbedit", { priority = "1:10" }, "priority 1:10"),
  {
    "skbedit: a queue",
    needs = { "sch_ingress", "cls_matchall", "act_skbedit" },
    make = function(ns)
      -- Of what comes in only hardware chooses the queue (Linux since 6.2).
      local actions = { { kind = "skbedit", queue_mapping = 0 } }
      ns:filter_add("v0", { kind = "matchall", egress = true, pref = 7, handle = 1, actions = actions })
    end,
    tool = "tc filter add dev v0 egress pref 7 handle 1 matchall action skbedit queue_mapping 0",
    json = "tc -details filter show dev v0 egress",
    want = { { kind = "skbedit", queue_mapping = 0 } },
    write = false,
    again = false,
  },
  action("skbedit: a type", "skbedit", { ptype = "host" }, "ptype host"),
  action("skbedit: from the dsfield", "skbedit", { inheritdsfield = true }, "inheritdsfield"),
  action("skbedit: and then", "skbedit", { mark = 1, control = "reclassify" }, "mark 1 reclassify"),
  action("connmark", "connmark", {}, "", { kind = "connmark", control = "pipe" }),
  action("connmark of a zone", "connmark", { zone = 5, control = "pass" }, "zone 5 pass"),
  action("vlan: taken away", "vlan", { do_ = "pop" }, "pop", { control = "pipe" }),
  action("vlan: put before", "vlan", { do_ = "push", id = 10, protocol = "802.1ad", priority = 3 }, "push id 10 protocol 802.1ad priority 3"),
  action("vlan: changed", "vlan", { do_ = "modify", id = 20 }, "modify id 20", { id = 20 }),
  action("vlan: the Ethernet header taken away", "vlan", { do_ = "pop_eth" }, "pop_eth", { ["do"] = "pop_eth" }),
  action("vlan: an Ethernet header put before", "vlan", { do_ = "push_eth", dst_mac = "02:00:00:00:00:01", src_mac = "02:00:00:00:00:02" },
    "push_eth dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:02"),
  action("csum", "csum", { of = { "iph", "udp" } }, "iph and udp"),
  action("csum of all", "csum", { of = { "iph", "icmp", "igmp", "tcp", "udp", "udplite", "sctp" } },
    "ip4h icmp igmp tcp udp udplite sctp"),
  action("nat: what comes in", "nat", { old = "10.0.0.1", new = "10.1.0.1" }, "ingress 10.0.0.1/32 10.1.0.1",
    { old = "10.0.0.1", new = "10.1.0.1", prefix = 32, control = "pass" }),
  action("nat: what goes out", "nat", { egress = true, old = "10.0.0.0", new = "10.1.0.0", prefix = 16 }, "egress 10.0.0.0/16 10.1.0.0"),
  action("sample", "sample", { rate = 100, group = 5 }, "rate 100 group 5"),
  action("sample, cut short", "sample", { rate = 10, group = 5, trunc = 64 }, "rate 10 group 5 trunc 64"),
  action("mpls: put before", "mpls", { do_ = "push", protocol = "mpls_uc", label = 100, tc = 3, ttl = 64, bos = 1 },
    "push protocol mpls_uc label 100 tc 3 ttl 64 bos 1", { label = 100, tc = 3, ttl = 64, bos = 1, protocol = "mpls_uc" }),
  action("mpls: taken away", "mpls", { do_ = "pop", protocol = "ip" }, "pop protocol ip", { protocol = "ip" }),
  action("mpls: changed", "mpls", { do_ = "modify", label = 200 }, "modify label 200"),
  action("mpls: one hop less", "mpls", { do_ = "dec_ttl" }, "dec_ttl"),
  action("tunnel_key: set", "tunnel_key", { do_ = "set", src_ip = "10.0.0.1", dst_ip = "10.0.0.2", id = 7, dst_port = 4789 },
    "set src_ip 10.0.0.1 dst_ip 10.0.0.2 id 7 dst_port 4789"),
  action("tunnel_key: more", "tunnel_key", { do_ = "set", src_ip = "2001:db8::1", dst_ip = "2001:db8::2", id = 7, csum = false, tos = 16, ttl = 9 },
    "set src_ip 2001:db8::1 dst_ip 2001:db8::2 id 7 nocsum tos 0x10 ttl 9"),
  action("tunnel_key: forgotten", "tunnel_key", { do_ = "unset" }, "unset"),
  action("skbmod: addresses", "skbmod", { dst_mac = "02:00:00:00:00:01", src_mac = "02:00:00:00:00:02" },
    "set dmac 02:00:00:00:00:01 set smac 02:00:00:00:00:02"),
  action("skbmod: a type", "skbmod", { ethertype = 0x800 }, "set etype 0x0800"),
  action("skbmod: swapped", "skbmod", { swap_mac = true }, "swap mac"),
  action("simple", "simple", { sdata = "here" }, 'sdata "here"'),
  action("bpf", "bpf", { bytecode = "1,6 0 0 65535", control = "pass" }, 'bytecode "1,6 0 0 65535" ok', { bytecode = "1,6 0 0 65535", control = "pass" }),
  action("ct", "ct", {}, "", { control = "pipe" }),
  action("ct: forgotten", "ct", { clear = true }, "clear"),
  action("ct: kept, with a mark", "ct", { commit = true, mark = 7, mask = 255 }, "commit mark 7/0xff"),
  action("ct: a whole mark", "ct", { commit = true, force = true, mark = 7 }, "commit force mark 7"),
  action("ct: with a label", "ct", { commit = true, label = "00000000000000000000000000000001/0000000000000000000000000000000f" },
    "commit label 00000000000000000000000000000001/0000000000000000000000000000000f"),
  action("ct: a whole label", "ct", { commit = true, label = "000102030405060708090a0b0c0d0e0f" },
    "commit label 000102030405060708090a0b0c0d0e0f"),
  action("of its maker's", "gact", { control = "drop", cookie = "a1b2c3" }, "drop cookie a1b2c3"),
  action("without statistics of each processor", "gact", { control = "drop", no_percpu = true }, "drop no_percpu"),
  action("not counted by the hardware", "gact", { control = "pass", hw_stats = "disabled" }, "pass hw_stats disabled"),
  action("counted by the hardware later", "gact", { control = "pass", hw_stats = "delayed" }, "pass hw_stats delayed"),
  action("ct: translated", "ct", { nat = true }, "nat pipe"),
  action("ct: from addresses and ports", "ct", { commit = true, nat = "src", addr = "10.0.0.1-10.0.0.5", port = "1000-2000" },
    "commit nat src addr 10.0.0.1-10.0.0.5 port 1000-2000"),
  action("ct: to an address of IPv6", "ct", { commit = true, nat = "dst", addr = "2001:db8::1" }, "commit nat dst addr 2001:db8::1 pipe"),
  action("police", "police", { rate = "1mbit", burst = "10k" }, "rate 1mbit burst 10k", { rate = 1000000, control = "reclassify" }),
  action("police: dropped", "police", { rate = "1mbit", burst = "10k", control = "drop" }, "rate 1mbit burst 10k drop", { control = "drop" }),
  action("police: what conforms too", "police", { rate = "1mbit", burst = "10k", control = "drop", conform = "pipe" },
    "rate 1mbit burst 10k conform-exceed drop/pipe", { control = "drop", conform = "pipe" }),
  action("police: at a peak", "police", { rate = "1mbit", burst = "10k", peakrate = "2mbit", mtu = "2k" },
    "rate 1mbit burst 10k peakrate 2mbit mtu 2k", { peakrate = 2000000, mtu = 2048 }),
  action("police: with overhead", "police", { rate = "1mbit", burst = "10k", overhead = 14, linklayer = "atm" },
    "rate 1mbit burst 10k overhead 14 linklayer atm", { overhead = 14, linklayer = "atm" }),
  action("police: beyond 32 bits", "police", { rate = "40gbit", burst = "1m" }, "rate 40gbit burst 1m", { rate = 40000000000 }),
  action("pedit: ttl", "pedit", { munge = { "ip ttl set 64" } }, "munge ip ttl set 64", { control = "pass" }),
  action("pedit: an address", "pedit", { munge = { "ip dst set 10.0.0.1" }, control = "pipe" }, "munge ip dst set 10.0.0.1 pipe", { control = "pipe" }),
  action("pedit: several", "pedit", { munge = { "ip tos set 0x10", "ip src set 10.0.0.2" } }, "munge ip tos set 0x10 munge ip src set 10.0.0.2",
    { kind = "pedit" }),
  action("pedit: by place", "pedit", { munge = { "offset 0 u16 set 0x4500 retain 0xff00" } }, "munge offset 0 u16 set 0x4500 retain 0xff00",
    { kind = "pedit" }),
  action("pedit ex: a port", "pedit", { ex = true, munge = { "tcp dport set 80" } }, "ex munge tcp dport set 80", { ex = true }),
  action("pedit ex: addresses", "pedit", { ex = true, munge = { "eth src set 02:00:00:00:00:01", "eth dst set 02:00:00:00:00:02" } },
    "ex munge eth src set 02:00:00:00:00:01 munge eth dst set 02:00:00:00:00:02", { ex = true }),
  action("pedit ex: less", "pedit", { ex = true, munge = { "ip ttl add 255" } }, "ex munge ip ttl add 255", { ex = true }),
  action("pedit ex: of IPv6", "pedit", { ex = true, munge = { "ip6 dst set 2001:db8::1", "udp sport set 53" } },
    "ex munge ip6 dst set 2001:db8::1 munge udp sport set 53", { ex = true }),
  {
    "a change that is none",
    needs = { "sch_ingress", "cls_matchall", "act_pedit" },
    make = function(ns)
      ns:filter_add("v0", { kind = "matchall", ingress = true, actions = { { kind = "pedit", munge = { "ip ttl maybe 3" } } } })
    end,
    fails = { code = "EINVAL", message = "munge" },
  },
}
