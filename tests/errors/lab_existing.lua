netns.add "there"
local net <close> = lab.new()
net:router("r", { ns = "there", nft = "flush ruleset" })
net:up()
