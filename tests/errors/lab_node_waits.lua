local net <close> = lab.new()
net:up()
local late = net:host "late"
late:exec { "true" }
