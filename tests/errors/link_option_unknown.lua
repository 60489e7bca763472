netns.link_add("m0", { type = "macvlan", link = "lo", stp_state = true })
