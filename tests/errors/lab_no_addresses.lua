local net <close> = lab.new { subnets = false }
net:link(net:host "h1", net:host "h2")
net:up()
net:pingall()
