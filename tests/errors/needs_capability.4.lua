-- run: exec setpriv --reuid=65534 --clear-groups $NSL up needs_capability.4.lua
netns.add()
return lab.new()
