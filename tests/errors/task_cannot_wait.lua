local t = task.spawn(function() task.sleep(60) end)
table.sort({ 2, 1 }, function(a, b)
  t:await()
  return a < b
end)
