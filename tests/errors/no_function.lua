netns.del "ns0"
