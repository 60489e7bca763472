-- `io` where it is not Lua's own: standard output (one buffer, flushed before every child), standard input and pipes to
-- programs (a wait for them ends at an interrupt). Runs once at start-up with Rust's part in `host`.

local host = ...
local kind = host.kind
local io_type, io_close, io_lines = io.type, io.close, io.lines
io.stdin, io.stdout, io.popen = host.stdin, host.stdout, host.popen

-- What `io.read` and `io.write` use.
local current = { input = io.stdin, output = io.stdout }
for way in pairs(current) do
  local choose = io[way]
  io[way] = function(file)
    if kind(file) then
      current[way] = file
    elseif file ~= nil then
      current[way] = choose(file)
    end
    return current[way]
  end
end

function io.read(...) return current.input:read(...) end

function io.write(...) return current.output:write(...) end

function io.flush() return current.output:flush() end

function io.lines(name, ...)
  if name == nil then return current.input:lines(...) end
  return io_lines(name, ...)
end

function io.type(file) return kind(file) or io_type(file) end

function io.close(file)
  file = file or current.output
  if kind(file) then return file:close() end
  return io_close(file)
end
