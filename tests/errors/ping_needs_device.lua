netns.ping(nil, "fe80::1")
