-- run: unset XDG_RUNTIME_DIR; exec $NSL -q --rootless up room_unset.lua
return lab.new()
