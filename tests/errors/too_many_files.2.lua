-- run: ulimit -n 20; exec $NSL too_many_files.2.lua
local held = {}
local function fill()
  for i = 1, 100 do held[i] = netns.add() end
end
local ok, e = pcall(fill)
assert(not ok and e.op == "netns.add")
local kept = #held
netns.add "ns0"
