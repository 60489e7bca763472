netns.add "a\27[31mb"
