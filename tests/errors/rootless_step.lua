-- before: mount -t tmpfs none /run; cd /run; for d in $(ls /); do [ -d /$d ] && [ $d != run ] && mkdir $d && mount --rbind /$d $d; [ -L /$d ] && ln -s $(readlink /$d) $d; done
-- before: mkdir old; pivot_root . old; cd $OLDPWD; umount -l /old; rmdir /old
-- run: cd $PWD; exec $NSL --rootless rootless_step.lua
netns.add "ns0"
