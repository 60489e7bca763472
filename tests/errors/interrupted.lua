-- The signal comes when nsl listens for it, while it sleeps or is about to.
local pid = io.open("/proc/self/stat"):read "n"
netns.spawn(nil, "kill -INT " .. pid)
print(pcall(task.sleep, 60))
