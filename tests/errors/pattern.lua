local cat <close> = netns.spawn(nil, { "cat" })
cat:write "x\n"
cat:expect("x%", 5)
