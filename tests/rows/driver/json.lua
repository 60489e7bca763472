-- JSON, read and written: as much of it as `ip`, `bridge` and `tc` use.

local M = {}

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function string_at(text, at)
  local parts, from = {}, at + 1
  while true do
    local stop = text:find('["\\]', from) or error "a string has no end"
    parts[#parts + 1] = text:sub(from, stop - 1)
    if text:sub(stop, stop) == '"' then return table.concat(parts), stop + 1 end
    local letter = text:sub(stop + 1, stop + 1)
    if letter == "u" then
      parts[#parts + 1] = utf8.char(tonumber(text:sub(stop + 2, stop + 5), 16))
      from = stop + 6
    else
      parts[#parts + 1] = escapes[letter] or error "a bad escape"
      from = stop + 2
    end
  end
end

local value_at

local function space(text, at) return text:find("[^%s]", at) or #text + 1 end

local function list_at(text, at, close, item)
  at = space(text, at + 1)
  if text:sub(at, at) == close then return at + 1 end
  while true do
    at = space(text, item(at))
    local mark = text:sub(at, at)
    if mark == close then return at + 1 end
    if mark ~= "," then error(("%q at %d"):format(mark, at)) end
    at = space(text, at + 1)
  end
end

function value_at(text, at)
  at = space(text, at)
  local mark = text:sub(at, at)
  local result = {}
  if mark == "{" then
    at = list_at(text, at, "}", function(at)
      if text:sub(at, at) ~= '"' then error "a key must be a string" end
      local key, value
      key, at = string_at(text, at)
      at = space(text, at)
      if text:sub(at, at) ~= ":" then error "no colon" end
      value, at = value_at(text, at + 1)
      -- `tc` says some keys twice: both count.
      while result[key] ~= nil do key = key .. " again" end
      result[key] = value
      return at
    end)
    return result, at
  elseif mark == "[" then
    at = list_at(text, at, "]", function(at)
      result[#result + 1], at = value_at(text, at)
      return at
    end)
    return result, at
  elseif mark == '"' then
    return string_at(text, at)
  end
  local word = text:match("^[%w%.+-]+", at) or error(("%q at %d"):format(mark, at))
  at = at + #word
  if word == "true" or word == "false" then return word == "true", at end
  if word == "null" then return "null", at end
  return tonumber(word) or error("no number: " .. word), at
end

--- The value of a text. `null` is the string "null", so that arrays have no holes. No text is no value: an empty table.
function M.decode(text)
  if not text:find "%S" then return {} end
  local value, at = value_at(text, 1)
  if space(text, at) <= #text then error "more than one value" end
  return value
end

local function quoted(text)
  local function escape(letter) return ("\\u%04x"):format(letter:byte()) end
  return '"' .. text:gsub('[%c"\\\127-\255]', escape) .. '"'
end

--- A value as text, the keys of a table in order.
function M.encode(value)
  if type(value) ~= "table" then
    return type(value) == "string" and quoted(value) or tostring(value)
  end
  local parts = {}
  if value[1] ~= nil then
    for i, part in ipairs(value) do parts[i] = M.encode(part) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  for i, key in ipairs(keys) do parts[i] = quoted(key) .. ":" .. M.encode(value[key]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

return M
