netns.exec(nil, { "/usr" })
