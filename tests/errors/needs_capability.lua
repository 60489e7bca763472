-- run: exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin $NSL --no-rootless needs_capability.lua
netns.add "ns0"
