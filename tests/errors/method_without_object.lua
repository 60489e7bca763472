local net = lab.new()
net.host "h1"
