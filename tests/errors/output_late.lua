local cat <close> = netns.spawn(nil, { "cat" })
cat:write "not what is waited for\n"
cat:expect("ready", "50ms")
