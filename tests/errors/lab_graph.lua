local net = lab.new()
net:add { nodes = { { name = "r1" }, { title = "r2" } }, links = {} }
