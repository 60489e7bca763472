-- run: exec $NSL up lab_file.lua
lab.new():host "h1"
