-- run: $NSL node_ambiguous.lua a; $NSL node_ambiguous.lua b; $NSL exec h1 true; code=$?; $NSL down a; $NSL down b; exit $code
local net = lab.new(arg[1])
net:host "h1"
net:up { keep = true }
