-- before: ip netns add outer
-- run: ip netns exec outer $NSL namespace_directory_slave.lua; code=$?; ls /run/netns; exit $code
netns.add "inner"
