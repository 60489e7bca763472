-- run: timeout --foreground --preserve-status -s INT 0.3 $NSL interrupted.lua
print(pcall(task.sleep, 60))
