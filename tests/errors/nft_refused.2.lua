local net <close> = lab.new()
net:host("a", { nft = "add rule ip x y accept" })
net:up()
