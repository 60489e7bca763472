netns.exec(nil, { "echo", ("x"):rep(200000) })
