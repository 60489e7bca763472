-- run: exec setpriv --reuid=64321 --clear-groups prlimit --nproc=20 $NSL --no-rootless too_many_processes.lua
for i = 1, 50 do
  netns.spawn(nil, { "sleep", "60" })
end
