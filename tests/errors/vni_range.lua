netns.bridge_vni_add("vxlan0", "20-10")
