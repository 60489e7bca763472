netns.exec(nil, {})
