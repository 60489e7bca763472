-- What rows of filters share.

local M = {}

function M.read(ns) return ns:filter_list "v0" end

--- Away with them, and made again: most that are there cannot have other options.
function M.write(ns, records)
  ns:filter_flush "v0"
  for _, record in ipairs(records) do ns:filter_add(record.dev, record) end
end

--- What files of such rows return beside the rows: filters below a discipline with a class.
M.beside = {
  pair = true,
  before = [[
    tc qdisc add dev v0 root handle 1: htb default 10
    tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit
  ]],
  json = "tc -details filter show dev v0",
  read = M.read,
  write = M.write,
  again = true,
}

return M
