local ns = netns.add()
ns.name = "web"
