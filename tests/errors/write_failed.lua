-- run: exec $NSL write_failed.lua >/dev/full
print "hello"
