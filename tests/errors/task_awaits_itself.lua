local t
t = task.spawn(function()
  task.sleep(0)
  t:await()
end)
t:await()
