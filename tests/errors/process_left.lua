-- run: setpriv --bounding-set=-kill --inh-caps=-kill $NSL process_left.lua; code=$?; kill -9 $(cat /run/pid); exit $code
-- A program of another user, and nsl without CAP_KILL.
local sleep = netns.spawn(nil, "echo $$ >/run/pid; exec setpriv --reuid=65534 --clear-groups sleep 60")
repeat task.sleep(0.01) until io.open("/proc/" .. sleep.pid .. "/comm"):read() == "sleep"
