netns.add "ns0"
local texts = { "", "1.2.3", "1.2.3.4.5", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/", "::1/129", ":::1/64", "10.0.0.1",
  "fe80::1", "localhost", "10.0.0.1/24/8", "a\27[31m/24" }
for _, text in ipairs(texts) do
  local _, e = pcall(netns.addr_add, "ns0/lo", text)
  print(e.code, e.message, e.hint)
end
