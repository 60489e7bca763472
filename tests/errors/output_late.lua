local cat <close> = netns.spawn(nil, { "cat" })
cat:write "first\nnot what is waited for\n"
cat:expect "first\n"
cat:expect("ready", "50ms")
