netns.exec(nil, { "./no-such-program" })
