local net <close> = lab.new()
net:host("a", {
  setup = function(node)
    net:link(node, net:host "b")
  end,
})
net:up { quiet = true }
