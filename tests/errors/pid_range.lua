netns.get(0)
