netns.add "../x"
