-- `io` where it is not Lua's own: standard output (one buffer, flushed before every child), standard input and pipes to
-- programs (a wait for them ends at an interrupt). Runs once at start-up with Rust's part in `host`.

local host = ...
local kind, input, output = host.kind, host.stdin, host.stdout
local io_input, io_output, io_type, io_close, io_lines = io.input, io.output, io.type, io.close, io.lines
io.stdin, io.stdout, io.popen = input, output, host.popen

function io.input(file)
  if kind(file) then
    input = file
  elseif file ~= nil then
    input = io_input(file)
  end
  return input
end

function io.output(file)
  if kind(file) then
    output = file
  elseif file ~= nil then
    output = io_output(file)
  end
  return output
end

function io.read(...) return input:read(...) end

function io.write(...) return output:write(...) end

function io.lines(name, ...)
  if name == nil then return input:lines(...) end
  return io_lines(name, ...)
end

function io.type(file) return kind(file) or io_type(file) end

function io.close(file)
  file = file or output
  if kind(file) then return file:close() end
  return io_close(file)
end
