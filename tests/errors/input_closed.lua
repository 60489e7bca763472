local cat <close> = netns.spawn(nil, { "cat" })
cat:close_stdin()
cat:write "more\n"
