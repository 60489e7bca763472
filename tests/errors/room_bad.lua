-- run: XDG_RUNTIME_DIR=/run/nosuch exec $NSL -q --rootless up room_bad.lua
return lab.new()
