local net = lab.new()
net:host "h1"
net:up { keep = true }
