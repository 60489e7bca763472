local net = lab.new()
net:host("h1", { run = { { "sleep", "60" } } })
net:up { timeout = "1s" }
