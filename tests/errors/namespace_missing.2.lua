netns.exec("ns0", { "true" })
