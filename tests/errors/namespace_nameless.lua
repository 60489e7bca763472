netns.get(1):delete()
