netns.get "/etc/passwd"
