-- run: unshare -Urmn sh -c 'mount -t tmpfs none /run; echo 0 >/proc/sys/user/max_inotify_instances; exec $NSL watch_limit.lua'
for event in netns.monitor() do print(event) end
