netns.link_add("m0", { type = "macvlan", stp_state = true })
