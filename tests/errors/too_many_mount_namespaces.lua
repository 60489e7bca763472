-- run: unshare -Urmn sh -c 'mount -t tmpfs none /run; echo 1 >/proc/sys/user/max_mnt_namespaces; exec $NSL too_many_mount_namespaces.lua'
netns.add "ns0"
netns.exec("ns0", { "true" })
