-- What is simpler said in Lua than in Rust: coroutines that let waiting calls through, text-only loading, `io` over
-- nsl's own stdout. Runs once at start-up with Rust's functions in `host`, and returns what Rust keeps.

local host = ...
local create, resume, status, yield, isyieldable =
  coroutine.create, coroutine.resume, coroutine.status, coroutine.yield, coroutine.isyieldable
local pack, unpack, select, error, rawequal = table.pack, table.unpack, select, error, rawequal

-- A waiting call inside a coroutine yields a mark that only the scheduler understands: resume passes it outward and goes
-- on when it is answered. Where the caller itself cannot yield, `blocked` makes waiting calls wait in place instead.
local blocked = 0

local function settle(co, ok, ...)
  if host.stopping() then
    host.stop()
  elseif ok and select("#", ...) == 1 and rawequal((...), host.pending) and status(co) == "suspended" then
    yield(host.pending)
    return settle(co, resume(co))
  end
  return ok, ...
end

function coroutine.resume(co, ...)
  if blocked == 0 and isyieldable() then return settle(co, resume(co, ...)) end
  blocked = blocked + 1
  local results = pack(resume(co, ...))
  blocked = blocked - 1
  if host.stopping() then host.stop() end
  return unpack(results, 1, results.n)
end

local function results_of(co, ok, ...)
  if ok then return ... end
  if status(co) == "suspended" or status(co) == "dead" then coroutine.close(co) end
  error((...), 0)
end

function coroutine.wrap(fn)
  local co = create(fn)
  return function(...) return results_of(co, coroutine.resume(co, ...)) end
end

-- Loading is text only: bytecode can crash the interpreter.
local load_any, loadfile_any = load, loadfile

function load(chunk, name, _, ...) return load_any(chunk, name, "t", ...) end

function loadfile(path, _, ...) return loadfile_any(path, "t", ...) end

function dofile(path)
  local chunk, message = loadfile_any(path, "t")
  if not chunk then error(message, 0) end
  return chunk()
end

package.cpath = ""
package.loadlib = nil
package.searchers[2] = function(name)
  local path, message = package.searchpath(name, package.path)
  if not path then return message end
  local chunk, failure = loadfile_any(path, "t")
  if not chunk then error(("error loading module '%s' from '%s':\n\t%s"):format(name, path, failure), 0) end
  return chunk, path
end
package.searchers[3], package.searchers[4] = nil, nil

-- Standard output is nsl's: one buffer, flushed before every child.
local stdout, output = host.stdout, nil
local io_output, io_type, io_close = io.output, io.type, io.close
io.stdout = stdout

function io.output(file)
  if file == nil then return output or stdout end
  if rawequal(file, stdout) then
    output = nil
  else
    output = io_output(file)
  end
  return output or stdout
end

function io.write(...) return (output or stdout):write(...) end

function io.type(file)
  if rawequal(file, stdout) then return "file" end
  return io_type(file)
end

function io.close(file)
  file = file or output or stdout
  if rawequal(file, stdout) then return stdout:close() end
  return io_close(file)
end

return {
  -- One function out of two: `async` yields to other tasks, `block` waits in place where Lua cannot yield.
  waits = function(async, block)
    return function(...)
      if blocked == 0 and isyieldable() then return async(...) end
      return block(...)
    end
  end,
  -- A run that was interrupted may have left it raised.
  reset = function() blocked = 0 end,
}
