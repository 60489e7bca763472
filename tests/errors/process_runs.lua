local sleep <close> = netns.spawn(nil, { "sleep", "60" })
sleep:wait "50ms"
