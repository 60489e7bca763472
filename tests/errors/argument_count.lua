netns.add("ns0", {}, "more")
