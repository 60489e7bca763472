local net <close> = lab.new()
net:host("h1", { daemons = { { "false" }, { "sleep", "0.2" }, { "sleep", "60" } } })
net:up()
