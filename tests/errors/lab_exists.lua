local one <close> = lab.new "demo"
local other <close> = lab.new "demo"
one:host "h1"
other:host "h2"
one:up()
other:up()
