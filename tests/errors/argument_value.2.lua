netns.get(1 << 40)
