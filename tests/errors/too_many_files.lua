-- run: ulimit -n 20; exec $NSL too_many_files.lua
for i = 1, 100 do
  netns.add()
end
