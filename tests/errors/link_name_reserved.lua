netns.link_add("all", { type = "bridge" })
