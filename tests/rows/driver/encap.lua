-- Rows for routes that wrap their packets, and what they have in common.

local routes = require "routes"
local rows = require "rows"

local M = {}

--- A row for a route of either family that wraps.
function M.wraps(family, name, encap, words, want, more)
  local dst, via = "10.9.0.0/16", "10.0.0.2"
  if family == 6 then dst, via, name = "2001:db8:9::/48", "2001:db8::2", name .. ", IPv6" end
  return rows.with({
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
  return rows.with({}, routes.beside, {
    json = "{ ip -details route; ip -6 -details route; } | sed '/ kernel /d'", -- its JSON has `dst` twice
  }, more)
end

--- All rows of these tables, with what `beside` says of them.
function M.file(beside, ...) return rows.file(M.beside(beside), ...) end

return M
