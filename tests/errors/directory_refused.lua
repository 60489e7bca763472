netns.exec(nil, { "true" }, { cwd = "/no/such/directory" })
