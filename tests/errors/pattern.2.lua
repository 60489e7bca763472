local cat <close> = netns.spawn(nil, { "cat" })
cat:expect("[x", 5)
