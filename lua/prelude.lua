-- What is simpler said in Lua than in Rust: coroutines that let waiting calls through, and text-only loading. Runs once
-- at start-up with Rust's functions in `host`, and returns what Rust keeps.

local host = ...
local hidden, hide, stopping, stop = host.hidden, host.hide, host.stopping, host.stop
local create, resume, status, yield, isyieldable, close, running = coroutine.create, coroutine.resume,
  coroutine.status, coroutine.yield, coroutine.isyieldable, coroutine.close, coroutine.running
local pack, unpack, select, error, rawequal = table.pack, table.unpack, select, error, rawequal
local collect = collectgarbage

-- An interrupt that had to be raised as an error is hidden while that error runs `<close>` values on its way. What catches
-- it shows it again, and so is stopped itself.
local function caught(before, ...)
  if not before and hidden() then
    hide(false)
    stop()
  end
  return ...
end

-- What Lua's own function would say, from where it was called.
local function check(name, kind, value, position)
  if type(value) == kind then return end
  local got = value == nil and "no value" or type(value)
  error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position or 1, name, kind, got), 3)
end

local pcall_any, xpcall_any = pcall, xpcall

function pcall(...)
  if select("#", ...) == 0 then error("bad argument #1 to 'pcall' (value expected)", 2) end
  return caught(hidden(), pcall_any(...))
end

function xpcall(fn, handler, ...)
  check("xpcall", "function", handler, 2)
  return caught(hidden(), xpcall_any(fn, handler, ...))
end

function coroutine.close(co)
  check("close", "thread", co)
  return caught(hidden(), close(co))
end

-- Runs the `<close>` values of a coroutine that will not go on, not interrupted by what interrupted it.
local function abandon(co)
  if status(co) ~= "suspended" and status(co) ~= "dead" then return end
  local before = hidden()
  hide(true)
  close(co)
  hide(before)
end

-- A waiting call inside a coroutine yields a mark that only the scheduler understands: resume passes it outward and goes
-- on when it is answered. Where the caller itself cannot yield, `blocked` makes waiting calls wait in place instead.
local blocked = 0
local guard = {
  __close = function(guarded)
    if not guarded.co then return end
    abandon(guarded.co)
    collect() -- what it waited for is garbage now, and may be a program that runs
  end,
}

local function waits(co, ok, ...)
  return ok and select("#", ...) == 1 and rawequal((...), host.pending) and status(co) == "suspended"
end

local function carry(co)
  -- Where the run is dropped during the wait, nobody resumes `co` any more.
  local guarded <close> = setmetatable({ co = co }, guard)
  local results
  repeat
    yield(host.pending)
    results = pack(resume(co))
  until not waits(co, unpack(results, 1, results.n))
  guarded.co = nil
  return unpack(results, 1, results.n)
end

local function settle(co, before, ...)
  if not before and hidden() then
    abandon(co)
    caught(before)
  elseif stopping() then
    abandon(co)
    stop()
  elseif waits(co, ...) then
    return settle(co, before, carry(co))
  end
  return ...
end

local function unblocked(...)
  blocked = blocked - 1
  return ...
end

function coroutine.resume(co, ...)
  check("resume", "thread", co)
  if blocked == 0 and isyieldable() then return settle(co, hidden(), resume(co, ...)) end
  blocked = blocked + 1
  return settle(co, hidden(), unblocked(resume(co, ...)))
end

local function results_or_error(ok, ...)
  if ok then return ... end
  error((...), 0)
end

local function results_of(co, ok, ...)
  if ok then return ... end
  local message = ...
  if status(co) == "dead" then
    -- An error in a `<close>` value takes the place of the one that led there.
    local closed, other = caught(hidden(), close(co))
    if not closed then message = other end
  end
  error(message, 0)
end

local resume_any = coroutine.resume

function coroutine.wrap(fn)
  check("wrap", "function", fn)
  local co = create(fn)
  return function(...) return results_of(co, resume_any(co, ...)) end
end

-- The script itself runs in a coroutine, so that it can wait; to the script it is the main one, which is none.
local main

function coroutine.running()
  local co = running()
  return co, co == main
end

function coroutine.isyieldable(co)
  co = co or running()
  return co ~= main and isyieldable(co)
end

function coroutine.yield(...)
  if running() == main then error("attempt to yield from outside a coroutine", 2) end
  return yield(...)
end

-- Loading is text only: bytecode can crash the interpreter.
local load_any, loadfile_any = load, loadfile

local function returned(ok, ...)
  if not ok then error((...), 0) end
  return ...
end

-- `load` returns its error, and would have the handler of an outer xpcall turn that into something else: pcall has none.
function load(chunk, name, _, ...)
  if type(chunk) ~= "string" then check("load", "function", chunk) end
  return caught(hidden(), returned(pcall_any(load_any, chunk, name, "t", ...)))
end

function loadfile(path, _, ...) return loadfile_any(path, "t", ...) end

function dofile(path)
  local chunk, message = loadfile_any(path, "t")
  if not chunk then error(message, 0) end
  return chunk()
end

package.cpath = ""
package.loadlib = nil
package.searchers[2] = function(name)
  if package.path == "" then return "no directory is searched: NSL_PATH is not set" end
  local path, message = package.searchpath(name, package.path)
  if not path then return message end
  local chunk, failure = loadfile_any(path, "t")
  if not chunk then
    -- A syntax error names its file and line itself.
    error(failure:find(path, 1, true) and failure or ("%s: %s"):format(path, failure), 0)
  end
  return chunk, path
end
package.searchers[3], package.searchers[4] = nil, nil

return {
  -- What mlua takes for `coroutine` where it makes a function that waits.
  coroutine = { yield = yield },
  -- One function out of two: `async` yields to other tasks, `block` waits in place where Lua cannot yield.
  waits = function(async, block)
    return function(...)
      if blocked == 0 and isyieldable() then return async(...) end
      return block(...)
    end
  end,
  -- What may be there already is taken at once, and waited for if it is not.
  ready = function(take, wait)
    return function(...)
      local taken = take(...)
      if taken ~= nil then return taken end
      return wait(...)
    end
  end,
  -- Runs a chunk. A run that was interrupted may have left `blocked` raised.
  run = function(...)
    blocked, main = 0, running()
    return xpcall_any(...)
  end,
  -- What gives true and results, or false and a value, returns the ones and raises the other.
  tries = function(call)
    return function(...) return results_or_error(call(...)) end
  end,
  -- A function of an embedded module, which is compiled when it is first called; `read` puts the arguments in order.
  embedded = function(name, read)
    local run
    return function(...)
      run = run or host.embedded(name)
      return run(read(...))
    end
  end,
  -- Sets how many callers cannot yield, and gives how many it were: a task begins with none.
  block = function(count)
    local before = blocked
    blocked = count
    return before
  end,
}
