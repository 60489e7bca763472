netns.ping(nil, "127.0.0.1", { source = "10.9.8.7" })
