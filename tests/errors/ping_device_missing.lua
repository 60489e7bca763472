netns.ping(nil, "127.0.0.1", { dev = "eth7" })
