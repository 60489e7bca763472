local net <close> = lab.new()
net:host("h1", { addresses = { "224.0.0.1/32" } })
net:up()
