-- Runs rows and prints what came of each, a line of JSON: `nsl run.lua FILE=1-4+6-6 …`, inside a place of its own
-- (tests/rows/main.rs starts it). A row begins with `{"row": 1, "of": FILE}` and ends with the same and `"failed"`: false,
-- or what was wrong; `"ignored"` says why it was not run, `"first"` what was wrong the first time.

local json = require "json"
local row = require "row"

--- On a line of its own, whatever others print; at once.
local function tell(line)
  io.write("\n", json.encode(line), "\n")
  io.flush()
end

for i = 1, #arg do
  local file, numbers = arg[i]:match "^(.*)=([%d+%-]*)$"
  local rows = dofile(file)
  for first, last in numbers:gmatch "(%d+)%-(%d+)" do
    for number = tonumber(first), tonumber(last) do
      local each = {}
      for key, value in pairs(rows) do
        if type(key) == "string" then each[key] = value end
      end
      for key, value in pairs(rows[number]) do each[key] = value end
      tell { row = number, of = file }
      local ignored = row.ignored(each)
      local failed, first
      if not ignored then
        failed, first = row.run(each)
      end
      tell { row = number, of = file, failed = failed or false, first = first, ignored = ignored }
    end
  end
end
