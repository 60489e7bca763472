-- run: exec setpriv --reuid=65534 --clear-groups $NSL --quiet sysctl_denied.lua
-- Rootless: what is the whole machine's stays as it is.
netns.sysctl(nil, "vm.swappiness", 60)
