-- sysinfo.lua: every network namespace of the machine, with its processes, links and addresses.
--
-- Shows  namespaces that nobody named too: those of containers, pods and daemons. What vanishes meanwhile is said, and no
--        error.
-- Needs  nothing but the kernel; as root it sees all, as any user what is that user's.
-- Usage  nsl sysinfo.lua
-- Prints a paragraph a namespace, and in the end
--        sysinfo: 3 namespaces

-- The first line of a file of /proc without what could move a terminal's cursor; nil when the process has ended.
local function read(pid, name)
  local file <close> = io.open(("/proc/%d/%s"):format(pid, name))
  local line = file and file:read "l"
  return line and line:gsub("%c", "?")
end

-- The programs of a namespace with their pids, as lines: "sh 17 23". Threads of the kernel have no command line.
local function programs(pids)
  local names, by_name = {}, {}
  for _, pid in ipairs(pids) do
    local name = read(pid, "comm")
    if name and not read(pid, "cmdline") then name = "(kernel)" end
    if name and not by_name[name] then
      names[#names + 1], by_name[name] = name, {}
    end
    if name then table.insert(by_name[name], pid) end
  end
  table.sort(names)
  local lines = {}
  for i, name in ipairs(names) do
    lines[i] = name .. " " .. table.concat(by_name[name], " ")
  end
  return lines
end

-- The links of a namespace with their addresses, as lines: "eth0 UP 10.0.0.1/24".
local function interfaces(ns)
  local lines = {}
  for i, link in ipairs(netns.show(ns)) do
    local words = { ("%-15s %-8s mtu %d"):format(link.name, link.operstate, link.mtu) }
    for _, address in ipairs(link.addresses) do
      words[#words + 1] = address.address
    end
    lines[i] = table.concat(words, " ")
  end
  return lines
end

local function indented(title, lines)
  for i, line in ipairs(lines) do
    print(("  %-10s%s"):format(i == 1 and title or "", line))
  end
end

local here = netns.get("/proc/self/ns/net").inode
local count = 0
for _, record in ipairs(netns.list { all = true }) do
  count = count + 1
  local title = ("%s  net:[%d]"):format(record.name or "(no name)", record.inode)
  if record.id then title = title .. "  id " .. record.id end
  if record.inode == here then title = title .. "  this one" end
  print(title)
  indented("programs", programs(record.pids or {}))
  local ok, lines = pcall(function() return interfaces(netns.get(record.name or record.path)) end)
  if ok then
    indented("links", lines)
  else
    indented("links", { "gone, or out of reach: " .. (lines.message or tostring(lines)) })
  end
end
print(("sysinfo: %d namespace%s"):format(count, count == 1 and "" or "s"))
