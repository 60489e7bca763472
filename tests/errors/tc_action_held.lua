local ns <close> = netns.add()
ns:veth("v0", "v1")
ns:qdisc_add("v0", { kind = "clsact" })
ns:action_add { kind = "mirred", index = 7, egress = "mirror", dev = "v1" }
ns:filter_add("v0", { kind = "u32", ingress = true, actions = { { kind = "mirred", index = 7 } } })
ns:action_delete { kind = "mirred", index = 7 }
