netns.add "there"
local net <close> = lab.new()
local a, b = net:host("a", { ns = "there" }), net:host("b", { ns = "there" })
net:link(a, b)
net:up()
