netns.link_add("a%d", { type = "bridge" })
