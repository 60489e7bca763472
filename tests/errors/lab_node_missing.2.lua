local net <close> = lab.new()
net:add { nodes = { { name = "r1" }, { name = "r2" } }, links = { { a = "r1", b = "r3" } } }
