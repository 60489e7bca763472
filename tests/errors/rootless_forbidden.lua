-- run: unshare -Urmn sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec $NSL --rootless rootless_forbidden.lua'
netns.add "ns0"
