netns.add "ns0"
for _, name in ipairs { "abcdefghijklmnop", "a%d", "a:b", "a b", "a\tb", "a\27b", "", ".", "..", "all", "default" } do
  local _, e = pcall(netns.veth, "ns0/" .. name, "ns0/b")
  print(e.code, e.message, e.hint)
end
assert(#netns.link_list "ns0" == 1)
