-- What `ip -json` or nsl told of two namespaces, in a form in which what may differ is gone; and how they differ.

local json = require "json"

local M = {}

local function set(text)
  local all = {}
  for word in text:gmatch "%S+" do all[word] = true end
  return all
end

--- Keys that may differ: numbers the kernel gives, what counts, what runs.
local left_out = set [[
  ifindex index link_index stats stats64 inode nsid
  hello_timer tcn_timer topology_change_timer gc_timer hold_timer message_age_timer forward_delay_timer
  used confirmed updated last_used installed first_used lastuse
]]

--- Keys whose numbers run, and may differ a little: lifetimes in seconds.
local near = set "valid_life_time preferred_life_time valid preferred expires valid_lft preferred_lft"

--- The link addresses of a namespace that the kernel chose at random: those that do not begin as fixed ones do.
local function random_addresses(ns)
  local found = {}
  for _, link in ipairs(ns:link_list()) do
    local address = link.address
    if address and #address == 17 and not address:find "^02:00:00:" and address ~= "00:00:00:00:00:00" then
      found[address] = true
    end
  end
  return found
end

local hex = "%x?%x"
local mac = table.concat({ hex, hex, hex, hex, hex, hex }, ":")

local function long(address) return (address:gsub("%x+", function(part) return ("%02x"):format(tonumber(part, 16)) end)) end

--- A string without the addresses that are random (`random`: a set, or a namespace), and without the number of an
--- anonymous namespace.
function M.text(text, random)
  if type(random) ~= "table" or getmetatable(random) then random = random_addresses(random) end
  text = text:gsub("anonymous namespace net:%[%d+%]", "anonymous")
  return (text:gsub(mac, function(address) return random[long(address)] and "random" end))
end

--- What a program printed: its JSON, or its lines where it is none.
function M.parsed(text)
  local fine, value = pcall(json.decode, text)
  if fine then return value end
  local lines = {}
  for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
  return lines
end

local function sort_key(value) return type(value) == "table" and json.encode(value) or tostring(value) end

--- A copy of what was read in this namespace, without what may differ; `same` names more keys of that sort.
function M.normal(value, ns, same)
  local random = random_addresses(ns)
  local more = {}
  for _, key in ipairs(same or {}) do more[key] = true end
  local function copy(value, parent)
    if type(value) == "string" then return M.text(value, random) end
    if type(value) == "userdata" then return M.text(tostring(value), random) end
    if type(value) ~= "table" then return value end
    local result = {}
    for key, part in pairs(value) do
      local dotted = ("%s.%s"):format(parent, key)
      if not (left_out[key] or more[key] or more[dotted]) then
        result[key] = copy(part, type(key) == "string" and key or parent)
      end
    end
    return result
  end
  local result = copy(value, "")
  if type(result) ~= "table" then return result end
  if result[1] == nil then return next(result) == nil and {} or { result } end
  -- Records come in the order of the kernel's tables, whose hashes differ; empty ones are only a habit of `ip`.
  local records = {}
  for _, record in ipairs(result) do
    if type(record) ~= "table" or next(record) ~= nil then records[#records + 1] = record end
  end
  table.sort(records, function(one, other) return sort_key(one) < sort_key(other) end)
  return records
end

function M.is_empty(value)
  if type(value) == "table" then return next(value) == nil end
  return value == nil or value == ""
end

local function shown(value)
  if value == nil then return "nothing" end
  return json.encode(value)
end

--- Where two values differ, a line each, or nil.
function M.difference(one, other)
  local lines = {}
  local function walk(path, key, one, other)
    if type(one) == "table" and type(other) == "table" then
      local all = {}
      for part in pairs(one) do all[part] = true end
      for part in pairs(other) do all[part] = true end
      local order = {}
      for part in pairs(all) do order[#order + 1] = part end
      table.sort(order, function(a, b) return tostring(a) < tostring(b) end)
      for _, part in ipairs(order) do
        local name = type(part) == "number" and ("[%d]"):format(part) or (path == "" and "" or ".") .. tostring(part)
        walk(path .. name, part, one[part], other[part])
      end
    elseif one ~= other then
      local close = near[key] and type(one) == "number" and type(other) == "number" and math.abs(one - other) <= 10
      if not close then lines[#lines + 1] = ("  %s: %s | %s"):format(path, shown(one), shown(other)) end
    end
  end
  walk("", nil, one, other)
  return lines[1] and table.concat(lines, "\n")
end

--- Whether all that is in `part` is in `whole` too.
local function is_part(part, whole, key)
  if type(part) ~= "table" then
    if near[key] and type(part) == "number" and type(whole) == "number" then return math.abs(part - whole) <= 10 end
    return part == whole
  end
  if type(whole) ~= "table" or #part > 0 and #part ~= #whole then return false end
  for key, value in pairs(part) do
    if not is_part(value, whole[key], key) then return false end
  end
  return true
end

--- The first of the wanted records (or the one) that is part of none that was found, beside those; or nil.
function M.lacking(found, want)
  if want[1] == nil then want = { want } end
  for _, wanted in ipairs(want) do
    local there = false
    for _, record in ipairs(found) do there = there or is_part(wanted, record) end
    if not there then return ("  %s\n  in %s"):format(json.encode(wanted), json.encode(found)) end
  end
end

return M
