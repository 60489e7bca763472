-- run: unshare -Urmn sh -c 'mount -t tmpfs none /run; echo 3 >/proc/sys/user/max_net_namespaces; exec $NSL namespace_limit.lua'
for i = 1, 4 do
  netns.add("ns" .. i)
end
