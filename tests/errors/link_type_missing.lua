netns.link_add("q0", { type = "quantumnet" })
