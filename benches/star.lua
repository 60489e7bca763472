-- star.lua [N]: N hosts (200 unless told), each a namespace of its own, on one bridge. Plain statements in a loop: what
-- the bench compares with the same steps through `ip`.
local n = tonumber(arg[1] or 200)

netns.add "sw"
netns.link_set("sw/lo", { up = true })
netns.link_add("sw/br0", { type = "bridge" })

for i = 1, n do
  local host, port = "h" .. i, "sw/eth" .. i
  netns.add(host)
  netns.link_set(host .. "/lo", { up = true })
  netns.veth(host .. "/eth0", port)
  netns.addr_add(host .. "/eth0", ("172.16.%d.%d/12"):format(i // 256, i % 256))
  netns.link_set(host .. "/eth0", { up = true })
  netns.link_set(port, { master = "br0", up = true })
end

netns.link_set("sw/br0", { up = true }) -- last: a bridge that is up floods each new port's chatter to all others
