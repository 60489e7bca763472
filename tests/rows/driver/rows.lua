-- What files of rows are put together with.

local M = {}

--- The table with the keys of the others, of which the last counts.
function M.with(table, ...)
  for _, more in pairs { ... } do
    for key, value in pairs(more) do table[key] = value end
  end
  return table
end

--- These rows, each of which also has these keys.
function M.each(more, rows)
  for _, row in ipairs(rows) do M.with(row, more) end
  return rows
end

--- All rows of these tables, beside what holds for all of them.
function M.file(beside, ...)
  local all = M.with({}, beside)
  for _, rows in ipairs { ... } do
    table.move(rows, 1, #rows, #all + 1, all)
  end
  return all
end

--- Writes records back that cannot be changed: away with each, if it is there, and made again. `what` is how the functions
--- begin, and `keys` are those of a record that stand before it.
function M.rewrites(what, ...)
  local keys = { ... }
  return function(ns, records)
    for _, record in ipairs(records) do
      local arguments = {}
      for place, key in ipairs(keys) do arguments[place] = record[key] end
      arguments[#arguments + 1] = record
      pcall(ns[what .. "_delete"], ns, table.unpack(arguments))
      ns[what .. "_add"](ns, table.unpack(arguments))
    end
  end
end

--- A row for a list of what `before` makes: `list` gives so many records, and the program's answer to `json` has its `key`
--- as often.
function M.listed(name, before, json, key, list, number)
  return {
    name,
    before = before,
    tool = "true",
    json = json,
    read = function(ns)
      local found = list(ns)
      local theirs = select(2, ns:output(json):gsub(('"%s"'):format(key), ""))
      if #found ~= number or theirs ~= number then error(("%d, and %d by ip: %s"):format(#found, theirs, found)) end
      return found
    end,
    want = {},
    write = false,
    again = false,
  }
end

return M
