netns.attach("ns0", 999999)
