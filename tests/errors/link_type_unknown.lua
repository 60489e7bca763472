netns.link_add("br0", { type = "brigde" })
