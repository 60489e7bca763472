netns.exec(nil, { "echo", "a\0b" })
