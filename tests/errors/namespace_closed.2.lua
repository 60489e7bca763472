local ns = netns.add()
ns:delete()
ns:exec { "true" }
