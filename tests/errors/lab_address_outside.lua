local net <close> = lab.new()
local h1 = net:host "h1"
local sw = net:switch("sw", { subnet = "10.1.0.0/24" })
net:link(h1, sw, { a = { ip = "10.2.0.1/24" } })
net:up()
