-- run: exec setpriv --reuid=65534 --clear-groups $NSL out_of_reach.lua
-- Rootless: the namespace of the machine's first process is out of reach.
netns.attach("host", 1)
