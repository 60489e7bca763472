netns.link_add("br0", { type = "a bridge" })
