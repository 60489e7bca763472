netns.add "alpha"
netns.delete "omega"
