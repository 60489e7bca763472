---@meta

--- Time, without stopping other tasks.
---@class nsl.task
task = {}

--- Waits; other tasks go on.
--- ```lua
--- task.sleep(0.5)
--- task.sleep "20ms"
--- ```
---@async
---@param time nsl.Time
---@raises EINVAL
---@since 0.1
function task.sleep(time) end

--- Gives seconds on a clock that only goes forward.
--- ```lua
--- local start = task.clock()
--- print(("%.3f s"):format(task.clock() - start))
--- ```
---@return number seconds
---@raises EINVAL
---@since 0.1
function task.clock() end
