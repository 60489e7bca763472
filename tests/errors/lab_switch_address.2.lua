local net <close> = lab.new()
net:switch("sw", { addresses = { "10.0.0.1/24" } })
net:up()
