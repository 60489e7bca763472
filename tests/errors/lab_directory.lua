-- before: mkdir -m 777 /run/nsl
local net <close> = lab.new "demo"
net:host "h1"
net:up()
