netns.identify(-5)
