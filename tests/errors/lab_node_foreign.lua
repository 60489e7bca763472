local one <close>, other <const> = lab.new(), lab.new()
local h1 = one:host "h1"
local h2 = other:host "h2"
one:link(h1, h2)
