local sleep <close> = netns.spawn(nil, { "sleep", "60" })
sleep:kill "TREM"
