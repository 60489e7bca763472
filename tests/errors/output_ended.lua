local echo <close> = netns.spawn(nil, { "echo", "cannot bind port 80" })
echo:expect("ready", 5)
