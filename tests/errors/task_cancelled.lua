local t = task.spawn(function() task.sleep(60) end)
t:cancel()
t:await()
