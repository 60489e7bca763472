local net <close> = lab.new { subnets = "127.0.0.0/8" }
net:link(net:host "h1", net:host "h2")
net:up()
