netns.add "ns\u{202e}0"
