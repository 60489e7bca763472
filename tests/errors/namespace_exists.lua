netns.add "ns0"
local function site(name)
  netns.add(name)
end
site "ns0"
