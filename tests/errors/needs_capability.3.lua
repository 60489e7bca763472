-- run: exec setpriv --bounding-set=-net_admin --inh-caps=-net_admin $NSL --no-rootless needs_capability.3.lua
local ns0 = netns.add "ns0"
ns0:link_add("br0", { type = "bridge" })
