netns.output(nil, { "yes" }, { limit = 1000 })
