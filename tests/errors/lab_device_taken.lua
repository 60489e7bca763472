local net <close> = lab.new()
net:host("a", { devices = { { name = "red", type = "bridge" }, { name = "red", type = "ifb" } } })
net:up()
