local ns = netns.add()
local task = task.spawn(function() end)
for _, call in ipairs {
  function() ns.exec "true" end,
  function() ns.link_list() end,
  function() ns.link_add("br0", { type = "bridge" }) end,
  function() ns:link("lo").get() end,
  function() ns:link("lo").set { up = true } end,
  function() cidr("10.0.0.0/8").host(1) end,
  function() topo.ring(3).degree() end,
  function() lab.new().up() end,
  function() task.await() end,
} do
  local ok, err = pcall(call)
  assert(not ok)
  print(err.code .. ": " .. err.message .. "\t" .. tostring(err.hint))
end
