---@meta

--- Several things at once. Tasks run on one thread, one at a time: a waiting call (`exec`, `ping`, `sleep`, `read_line` …)
--- of one lets the others go on, and nothing else does. Where Lua cannot yield (in a callback of `table.sort` or
--- `string.gsub`, in the main chunk of a module while it is loaded, while a variable is closed) no other task can go on:
--- there a waiting call waits in place, the functions of `task.all` run one after the other, and `await` and `timeout`
--- raise `EDEADLK`.
---@class nsl.task
task = {}

--- A function that runs beside the script. It goes on when its handle is forgotten, and ends at the latest with the
--- script: what is unfinished then is cancelled. What it raises is raised by `await`; if nobody has awaited it, the script
--- fails with it at its end. `<close>` cancels it. It prints as `task (running)`, `(done)`, `(failed)` or `(cancelled)`.
---@class nsl.Task
---@field await fun(self: nsl.Task): any ...  # waits; gives what the function returned, or raises what it raised; a cancelled one raises ECANCELED
---@field cancel fun(self: nsl.Task)          # ends it where it waits, and runs its `<close>` values; no error if it has ended

--- Starts a function as a task: it runs at once up to its first wait, then beside what follows.
--- ```lua
--- local server = task.spawn(function(port)
---   return netns.exec("ns1", { "nc", "-l", port }, { capture = true })
--- end, 5000)
--- netns.exec("ns0", "echo hello | nc -N 10.0.0.2 5000")
--- print(server:await().stdout)
--- ```
---@param fn fun(...): any ...
---@param ... any                    # what the function is called with
---@return nsl.Task task
---@raises EINVAL
---@since 0.1
function task.spawn(fn, ...) end

--- How many functions run together.
---@class nsl.AllOpts
---@field limit? integer             # at most so many at once; all unless told

--- Runs functions at once and waits for all: gives the first result of each, in their order.
---
--- The first that raises ends the others where they wait, and its error is raised.
--- ```lua
--- local pings = {}
--- for i = 1, 50 do
---   pings[i] = function() return netns.ping("h" .. i, "10.0.0.1") end
--- end
--- for i, result in ipairs(task.all(pings, { limit = 20 })) do
---   print(i, result.received)
--- end
--- ```
---@async
---@param fns (fun(): any)[]
---@param opts? nsl.AllOpts
---@return any[] results
---@raises EINVAL
---@since 0.1
function task.all(fns, opts) end

--- Runs a function, and gives what it returns if it does in time.
---
--- Otherwise it is ended where it waits, its `<close>` values run, and ETIMEDOUT is raised.
--- ```lua
--- local ok, e = pcall(task.timeout, "200ms", function() return netns.exec("ns0", "sleep 5") end)
--- print(ok, e.code) --> false ETIMEDOUT
--- ```
---@async
---@param time nsl.Time
---@param fn fun(...): any ...
---@param ... any                    # what the function is called with
---@return any ...                   # what the function returned
---@raises ETIMEDOUT EDEADLK EINVAL
---@since 0.1
function task.timeout(time, fn, ...) end

--- Gives a function that calls its argument as soon as fewer than `n` such calls run.
---
--- What follows the argument is passed to it, and what it returns is given back. Who asks first is called first.
--- ```lua
--- local at_most_4 = task.limit(4)
--- for i = 1, 100 do
---   task.spawn(at_most_4, function() netns.exec("h" .. i, "sh load.sh") end)
--- end
--- ```
---@param n integer
---@return function run
---@raises EINVAL
---@since 0.1
function task.limit(n) end

--- Waits; other tasks go on, also if the time is 0.
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
