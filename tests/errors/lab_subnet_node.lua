local net <close> = lab.new()
net:router("r1", { subnet = "10.0.0.0/24" })
net:up()
