netns.veth("abcdefghijklmnop", "b")
