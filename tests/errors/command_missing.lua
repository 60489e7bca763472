-- run: PATH=/bin:/usr/bin exec $NSL command_missing.lua
netns.add "ns0"
netns.exec("ns0", { "pingg", "10.0.0.1" })
