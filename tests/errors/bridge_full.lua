netns.add "ns0"
netns.link_add("ns0/br0", { type = "bridge" })
for i = 1, 1025 do
  netns.link_add("ns0/port" .. i, { type = "ifb", master = "br0" })
end
