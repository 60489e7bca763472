netns.add "ns0"
netns.link_set("ns0/lo", { up = true })
local function refused(...)
  local _, e = pcall(...)
  print(e.message)
end
refused(netns.addr_add, "ns0/lo", "10.0.0.1/24", { valid_lft = 5, preferred_lft = 10 })
refused(netns.route_add, "ns0", "10.1.0.0/16", { dev = "lo", congctl = "nothing" })
