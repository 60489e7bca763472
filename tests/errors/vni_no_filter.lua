netns.bridge_vni_add("lo", 100)
