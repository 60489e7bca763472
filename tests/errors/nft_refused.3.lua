local rules = [[
  table inet filter {
    chain input { type filter hook imput priority 0; }
  }
]]
local ns <close> = netns.add()
ns:nft(rules)
