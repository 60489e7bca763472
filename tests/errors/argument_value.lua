task.sleep(-1)
