netns.add "alpha"
netns.get "omega"
