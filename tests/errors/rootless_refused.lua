-- before: mkdir /run/root; mount --rbind / /run/root
-- run: exec chroot /run/root sh -c "cd $PWD; exec $NSL --rootless rootless_refused.lua"
netns.add "ns0"
