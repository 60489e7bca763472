task.timeout("20ms", function()
  task.sleep(60)
end)
