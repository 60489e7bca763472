-- Object files of BPF programs, as a compiler makes them, from a source that can be read: `elf.object(description)` gives
-- the bytes. An instruction is a line, in the words of LLVM's assembler; only what the rows need is known.
--
--   elf.object {
--     { "classifier", "drop", "r0 = 2 \n exit" },                     -- a section, its program, the code
--     maps = { { "counts", type = 2, key_size = 4, value_size = 8, max_entries = 1 } },
--   }

local M = {}

--- How an instruction is written, and its bytes: code, destination, source, offset, number.
local function number(text) return math.tointeger(tonumber(text)) end

local function register(text) return number(text) end

local forms = {
  { "^exit$", function() return 0x95, 0, 0, 0, 0 end },
  { "^call (%d+)$", function(helper) return 0x85, 0, 0, 0, number(helper) end },
  { "^r(%d+) = r(%d+)$", function(to, from) return 0xbf, register(to), register(from), 0, 0 end },
  { "^r(%d+) = (-?%d+)$", function(to, value) return 0xb7, register(to), 0, 0, number(value) end },
  { "^r(%d+) %+= (-?%d+)$", function(to, value) return 0x07, register(to), 0, 0, number(value) end },
  { "^if r(%d+) == (-?%d+) goto %+(%d+)$", function(of, value, far) return 0x15, register(of), 0, number(far), number(value) end },
  { "^%*%(u32 %*%)%(r(%d+) %- (%d+)%) = (%d+)$", function(to, offset, value) return 0x62, register(to), 0, -number(offset), number(value) end },
  { "^lock %*%(u64 %*%)%(r(%d+) %+ (%d+)%) %+= r(%d+)$", function(to, offset, from) return 0xdb, register(to), register(from), number(offset), 0 end },
}

local function instruction(code, to, from, offset, value) return string.pack("<BBi2i4", code, to | from << 4, offset, value) end

--- The bytes of a program, and where in it which map's descriptor goes.
local function assemble(source)
  local bytes, places = "", {}
  for line in source:gmatch "[^\n]+" do
    line = line:match "^%s*(.-)%s*$"
    local to, map = line:match "^r(%d+) = map (%g+)$"
    if map then
      places[#places + 1] = { #bytes, map }
      bytes = bytes .. instruction(0x18, register(to), 0, 0, 0) .. instruction(0, 0, 0, 0, 0)
    elseif line ~= "" then
      local found
      for _, form in ipairs(forms) do
        local parts = table.pack(line:match(form[1]))
        if parts[1] then found = instruction(form[2](table.unpack(parts))) end
      end
      bytes = bytes .. (found or error("no instruction: " .. line))
    end
  end
  return bytes, places
end

--- A table of strings: what is put in, and where each is.
local function strings()
  local all = { bytes = "\0" }
  function all.at(text)
    local offset = #all.bytes
    all.bytes = all.bytes .. text .. "\0"
    return offset
  end
  return all
end

--- The types that tell what maps are like: of each a struct whose members are pointers to arrays, as many long as the value.
local function types(maps)
  local names, all, count = strings(), "", 0
  local function add(name, info, size, rest)
    all = all .. string.pack("<I4I4I4", name and names.at(name) or 0, info, size) .. (rest or "")
    count = count + 1
    return count
  end
  local int = add("int", 1 << 24, 4, string.pack("<I4", 1 << 24 | 32))
  local entries, offset = "", 0
  for _, map in ipairs(maps) do
    local members, number_of = "", 0
    for _, key in ipairs { "type", "key_size", "value_size", "max_entries", "pinning" } do
      if map[key] then
        local array = add(nil, 3 << 24, 0, string.pack("<I4I4I4", int, int, map[key]))
        local pointer = add(nil, 2 << 24, array)
        members = members .. string.pack("<I4I4I4", names.at(key), pointer, 64 * number_of)
        number_of = number_of + 1
      end
    end
    local struct = add(nil, 4 << 24 | number_of, 8 * number_of, members)
    local var = add(map[1], 14 << 24, struct, string.pack("<I4", 1))
    map.offset, map.size = offset, 8 * number_of
    entries = entries .. string.pack("<I4I4I4", var, map.offset, map.size)
    offset = offset + map.size
  end
  add(".maps", 15 << 24 | #maps, offset, entries)
  local header = string.pack("<I2BBI4I4I4I4I4", 0xeb9f, 1, 0, 24, 0, #all, #all, #names.bytes)
  return header .. all .. names.bytes, offset
end

--- The bytes of an object file.
function M.object(description)
  local names, sections, symbols, numbers = strings(), {}, { string.pack("<I4BBI2I8I8", 0, 0, 0, 0, 0, 0) }, {}
  -- type, flags, link, info, alignment, length of an entry
  local function section(name, bytes, kind, flags, link, info, entry)
    sections[#sections + 1] = { name, bytes, kind, flags, link or 0, info or 0, entry or 0 }
    return #sections
  end
  local function symbol(name, kind, where, value, size)
    numbers[name] = #symbols
    symbols[#symbols + 1] = string.pack("<I4BBI2I8I8", names.at(name), 1 << 4 | kind, 0, where, value, size)
  end
  local maps = description.maps or {}
  if #maps > 0 then
    local btf, size = types(maps)
    local where = section(".maps", ("\0"):rep(size), 1, 3)
    for _, map in ipairs(maps) do symbol(map[1], 1, where, map.offset, map.size) end
    section(".BTF", btf, 1, 0)
  end
  local relocations = {}
  for _, program in ipairs(description) do
    local bytes, places = assemble(program[3])
    local where = section(program[1], bytes, 1, 6)
    symbol(program[2], 2, where, 0, #bytes)
    if #places > 0 then relocations[#relocations + 1] = { program[1], where, places } end
  end
  section("license", "GPL\0", 1, 3)
  local table_of_symbols = #sections + #relocations + 1
  for _, one in ipairs(relocations) do
    local bytes = ""
    for _, place in ipairs(one[3]) do
      bytes = bytes .. string.pack("<I8I8", place[1], numbers[place[2]] << 32 | 1)
    end
    section(".rel" .. one[1], bytes, 9, 0, table_of_symbols, one[2], 16)
  end
  section(".symtab", table.concat(symbols), 2, 0, table_of_symbols + 1, 1, 24)
  section(".strtab", "", 3, 0)
  local headers = { string.pack("<I4I4I8I8I8I8I4I4I8I8", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
  for _, one in ipairs(sections) do one.name = names.at(one[1]) end
  sections[#sections][2] = names.bytes
  local body = ""
  for _, one in ipairs(sections) do
    body = body .. ("\0"):rep(-#body % 8)
    headers[#headers + 1] =
      string.pack("<I4I4I8I8I8I8I4I4I8I8", one.name, one[3], one[4], 0, 64 + #body, #one[2], one[5], one[6], 8, one[7])
    body = body .. one[2]
  end
  body = body .. ("\0"):rep(-#body % 8)
  -- For the machine 247, in a file that is still to be linked.
  local header = "\127ELF\2\1\1" .. ("\0"):rep(9)
    .. string.pack("<I2I2I4I8I8I8I4I2I2I2I2I2I2", 1, 247, 1, 0, 0, 64 + #body, 0, 64, 0, 0, 64, #headers, #headers - 1)
  return header .. body .. table.concat(headers)
end

--- Writes it into the namespace's own /run.
function M.write(path, description)
  local file = assert(io.open(path, "wb"))
  file:write(type(description) == "string" and description or M.object(description))
  file:close()
end

--- Counts what passes in the first entry of a map, and lets it pass.
M.counting = [[
  *(u32 *)(r10 - 4) = 0
  r2 = r10
  r2 += -4
  r1 = map counts
  call 1
  if r0 == 0 goto +2
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  r0 = 0
  exit
]]

--- The object that most rows use: two sections for traffic control, one with a second name, and a map.
M.sample = {
  { "classifier", "pass", "r0 = 0\nexit" },
  { "drop it", "drop", "r0 = 2\nexit" },
  { "action", "act", "r0 = 2\nexit" },
  { "tc", "count", M.counting },
  { "broken", "broken", "r0 = r6\nexit" },
  { "prog", "let_in", "r0 = 2\nexit" },
  { "xdp", "keep_out", "r0 = 1\nexit" },
  maps = { { "counts", type = 2, key_size = 4, value_size = 8, max_entries = 1 } },
}

return M
