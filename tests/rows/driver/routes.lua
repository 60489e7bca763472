-- What rows of routes share.

local M = {}

--- The pair up, with addresses of both families.
M.before = [[
ip link set v0 addrgenmode none; ip link set v0 up; ip link set v1 addrgenmode none; ip link set v1 up; ip link set lo up
ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.1.1/24 dev v1
ip addr add 2001:db8::1/64 dev v0 nodad; ip addr add 2001:db8:1::1/64 dev v1 nodad
]]

--- What was made, in all tables; not what came with the addresses.
function M.read(ns)
  local found = {}
  for _, route in ipairs(ns:route_list { table = "all" }) do
    if route.proto ~= "kernel" then found[#found + 1] = route end
  end
  return found
end

function M.write(ns, records)
  for _, record in ipairs(records) do ns:route_replace(record.dst, record) end
end

--- What all files of such rows return beside the rows.
M.beside = {
  pair = true,
  before = M.before,
  json = "ip -json -details route show table all",
  read = M.read,
  write = M.write,
  again = true,
}

return M
