-- before: ln -s loop /run/loop
netns.exec(nil, { "/run/loop" })
