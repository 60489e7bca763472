-- Routers in a row, with addresses in mixed order: no prefix covers those that are on one side.
local net <close> = lab.new { subnets = false }
local last
for i = 0, 899 do
  local addresses = {}
  for k = 0, 5 do
    local number = (k * 900 + i * 389 % 900) * 2
    addresses[k + 1] = ("172.16.%d.%d/32"):format(number // 256, number % 256)
  end
  local r = net:router("r" .. i, { addresses = addresses })
  if last then net:link(last, r, { subnet = ("10.%d.%d.0/24"):format(i // 256, i % 256) }) end
  last = r
end
net:plan()
