netns.exec(nil, { "true" }, { env = { ["A=B"] = "c" } })
