local net = lab.new()
net:host("h1", { daemons = { "exit 3" } })
net:host("h2", { daemons = { "exec sleep 100", "exec sleep 100", "exec sleep 100", "exec sleep 100", "exec sleep 100", "exec sleep 100" } })
net:up()
