local net = lab.new()
net:add {
  nodes = { { name = "r1", kind = "roter" } },
  links = {},
}
