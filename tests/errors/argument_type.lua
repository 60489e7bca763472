netns.add(nil)
