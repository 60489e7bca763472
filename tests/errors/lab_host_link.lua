local net = lab.new()
net:link("/eth1", "/eth2")
