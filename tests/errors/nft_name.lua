local ns <close> = netns.add()
ns:link_add("any*", { type = "bridge" })
ns:masquerade "any*"
