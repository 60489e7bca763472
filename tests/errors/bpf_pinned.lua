netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "clsact" })
netns.filter_add("ns0/lo", { kind = "bpf", ingress = true, object_pinned = "/run/nothing" })
