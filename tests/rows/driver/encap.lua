-- Rows for routes that wrap their packets, and what they have in common.

local links = require "links"

local M = {}

--- Two links that are up, with addresses of both families.
M.before = links.pair .. [[

ip link set v0 addrgenmode none up; ip link set v1 addrgenmode none up; ip link set lo up
ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.1.1/24 dev v1
ip addr add 2001:db8::1/64 dev v0 nodad; ip addr add 2001:db8:1::1/64 dev v1 nodad
]]

--- Routes that were made, and their writing back.
function M.read(ns)
  local found = {}
  for _, route in ipairs(ns:route_list()) do
    if route.proto ~= "kernel" then found[#found + 1] = route end
  end
  return found
end

--- Routes that were made, and their writing back.
function M.write(ns, records)
  for _, record in ipairs(records) do ns:route_replace(record.dst, record) end
end

local function with(row, more)
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

--- A row for a route of either family that wraps.
function M.wraps(family, name, encap, words, want, more)
  local dst, via = "10.9.0.0/16", "10.0.0.2"
  if family == 6 then dst, via, name = "2001:db8:9::/48", "2001:db8::2", name .. ", IPv6" end
  return with({
    name,
    make = function(ns) ns:route_add(dst, { via = via, dev = "v0", encap = encap }) end,
    tool = ("ip route add %s encap %s via %s dev v0"):format(dst, words, via),
    want = { { dst = dst, encap = want or encap } },
  }, more)
end

--- sh that wraps a route so, with those words before others and at the end: `ip` 6.1 does not get over some types.
function M.try(words)
  local route = "ip route add 2001:db8:9::/48"
  return ("ip link add v0 up type veth peer name v1\n%s encap %s dev v0 || %s dev v0 encap %s"):format(route, words, route, words)
end

--- What all files of such rows return beside the rows.
function M.beside(more)
  return with({
    before = M.before,
    json = "{ ip -details route; ip -6 -details route; } | sed '/ kernel /d'", -- its JSON has `dst` twice
    read = M.read,
    write = M.write,
    again = true,
  }, more)
end

--- All rows of these tables, with what `beside` says of them.
function M.file(beside, ...)
  local all = M.beside(beside)
  for _, rows in ipairs { ... } do
    for _, row in ipairs(rows) do all[#all + 1] = row end
  end
  return all
end

return M
