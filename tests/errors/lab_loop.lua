local net <close> = lab.new()
local s1, s2, s3 = net:switch "s1", net:switch "s2", net:switch "s3"
net:link(s1, s2)
net:link(s2, s3)
net:link(s3, s1)
net:up()
