local net <close> = lab.new()
net:host "a"
net:host "b"
net:up()
net:link("a", "b"):down()
