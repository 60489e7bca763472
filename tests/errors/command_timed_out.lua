netns.exec(nil, { "sleep", "60" }, { timeout = "50ms" })
