-- Options of the tunnels that routes wrap packets for, which only older kernels are told, and that newer ones are told none.

local encap = require "encap"
local older = require "older"

local wraps = encap.wraps
local there = { needs = { "ip_tunnel" }, has = older }

--- A row for what nsl does not send to a newer kernel; it is no program's to try.
local function kept(name, make)
  return { name, since = "6.15", make = make,
    fails = { code = "EOPNOTSUPP", message = '_opts" may stop Linux 6.', hint = "use a kernel before Linux 6.15" } }
end

return encap.file({}, {
  wraps(4, "geneve", { type = "ip", id = 1, dst = "10.0.0.9", geneve_opts = "0:0:12121212,1:2:34343434aabbccdd" },
    "ip id 1 dst 10.0.0.9 geneve_opts 0:0:12121212,1:2:34343434aabbccdd", nil, there),
  wraps(4, "vxlan", { type = "ip", id = 1, dst = "10.0.0.9", vxlan_opts = 456 }, "ip id 1 dst 10.0.0.9 vxlan_opts 456",
    { type = "ip", vxlan_opts = "456" }, there),
  wraps(4, "erspan", { type = "ip", id = 1, dst = "10.0.0.9", erspan_opts = "1:123:0:0" }, "ip id 1 dst 10.0.0.9 erspan_opts 1:123:0:0",
    nil, there),
  wraps(6, "geneve", { type = "ip6", id = 1, dst = "2001:db8::9", geneve_opts = "0x10:128:0011223344556677" },
    "ip6 id 1 dst 2001:db8::9 geneve_opts 0x10:128:0011223344556677", { type = "ip6", geneve_opts = "16:128:0011223344556677" }, there),
  wraps(6, "vxlan", { type = "ip6", id = 1, dst = "2001:db8::9", vxlan_opts = "456" }, "ip6 id 1 dst 2001:db8::9 vxlan_opts 456", nil, there),
  wraps(6, "erspan", { type = "ip6", id = 1, dst = "2001:db8::9", erspan_opts = "2:0:1:3" },
    "ip6 id 1 dst 2001:db8::9 erspan_opts 2:0:1:3", nil, there),
  {
    "none",
    needs = there.needs,
    has = older,
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "ip", geneve_opts = "1:2" } }) end,
    fails = { code = "EINVAL", message = 'option "geneve_opts" must be class, type and data' },
  },
  {
    "a mask, which filters have",
    needs = there.needs,
    has = older,
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "ip", vxlan_opts = "1/255" } }) end,
    fails = { code = "EINVAL", message = 'option "vxlan_opts" must be' },
  },
  {
    "two sorts",
    needs = there.needs,
    has = older,
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "ip", geneve_opts = "1:2:00112233", vxlan_opts = 1 } }) end,
    fails = { code = "EINVAL", message = '"geneve_opts" and "vxlan_opts"' },
  },
  kept("not told of a route", function(ns)
    ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "ip", id = 1, dst = "10.0.0.9", geneve_opts = "0:0:12121212" } })
  end),
  kept("not told of a filter", function(ns)
    ns:filter_add("v0", { kind = "flower", ingress = true, protocol = "ip", vxlan_opts = 57 })
  end),
  kept("not told of an action", function(ns)
    ns:action_add { kind = "tunnel_key", do_ = "set", src_ip = "10.0.0.1", dst_ip = "10.0.0.2", erspan_opts = "1:2:0:0" }
  end),
})
