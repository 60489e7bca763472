-- run: unshare -m sh -c 'mount -t tmpfs none /sys/kernel; exec unshare -Urmn sh -c "mount -t tmpfs none /run; exec $NSL view_inherited.lua"'
netns.add "ns0"
print(netns.exec("ns0", { "true" }).ok)
