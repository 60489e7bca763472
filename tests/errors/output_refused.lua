netns.spawn(nil, { "true" }, { stdout = "/no/such/directory/log" })
