local cat <close> = netns.spawn(nil, { "cat" }, { stdout = "null" })
cat:read_line()
