local net <close> = lab.new()
local h1 = net:host "h1"
h1:exec "true"
