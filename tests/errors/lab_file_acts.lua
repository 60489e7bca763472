-- run: exec $NSL -q --rootless up lab_file_acts.lua
netns.exec(nil, "true")
return lab.new()
