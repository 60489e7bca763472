-- A namespace that does nothing: every function of it notes the tables it is given (`note(name, table)`), and gives the
-- namespace. tests/rows/words.rs calls the rows with it, to know which options they give.

local note = ...
local notes = {}
local function called(name)
  return function(...)
    for i = 1, select("#", ...) do
      local value = select(i, ...)
      if type(value) == "table" and value ~= notes then note(name, value) end
    end
    return notes
  end
end
return setmetatable(notes, {
  __index = function(_, name) return called(name) end,
  __call = function() return notes end,
  __close = function() end,
})
