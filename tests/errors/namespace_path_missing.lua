netns.get "/run/docker/netns/1234"
