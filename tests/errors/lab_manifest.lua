-- before: umask 077; mkdir -p /run/nsl/demo; echo "{" > /run/nsl/demo/lab.json
local net <close> = lab.new "demo"
net:host "h1"
net:up()
