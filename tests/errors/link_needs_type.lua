netns.link_add("br0", { up = true })
