-- nat.lua: two homes with the same private addresses, which reach a public server each behind its router.
--
-- Shows  netns.masquerade for IPv4 and IPv6; netns.nft with a ruleset of the program's own, whose sets are read back;
--        sysctls of several kinds in one call.
-- Needs  the program nft (Debian: nftables), and a kernel with NAT and IPv6; as root, or rootless as any user.
-- Usage  nsl nat.lua
-- Prints what the server sees of each computer, and in the end
--        nat: 2 homes with the same addresses, which the server sees as 203.0.113.11 and 203.0.113.12

--- A namespace that uses an IPv6 address as soon as it has it, and forwards if it is to.
local function node(forwards)
  local ns = netns.add()
  ns:sysctl {
    ["net.ipv6.conf.*.accept_dad"] = 0,
    ["net.ipv4.ip_forward"] = forwards or false,
    ["net.ipv6.conf.all.forwarding"] = forwards or false,
  }
  return ns
end

-- The provider's network is a bridge, with the server on it.
local isp, server = netns.add(), node()
local bridge = isp:link_add("br0", { type = "bridge", up = true })
netns.veth(server:link "eth0", isp:link "server", {
  up = true,
  a = { ip = { "203.0.113.1/24", "2001:db8::1/64" } },
  b = { master = bridge },
})

-- The server notes from where it is asked, in a set for each family.
server:nft [[
  table inet watch {
    set seen4 { type ipv4_addr; flags dynamic; }
    set seen6 { type ipv6_addr; flags dynamic; }
    chain input {
      type filter hook input priority 0;
      icmp type echo-request add @seen4 { ip saddr }
      icmpv6 type echo-request add @seen6 { ip6 saddr }
    }
  }
]]

--- A home: a router that has addresses of the provider's, and two computers on a LAN whose addresses every home has.
local function home(number)
  local router = node(true)
  netns.veth(router:link "wan", isp:link("home" .. number), {
    up = true,
    a = { ip = { ("203.0.113.%d/24"):format(10 + number), ("2001:db8::%d/64"):format(10 + number) } },
    b = { master = bridge },
  })
  router:masquerade "wan"
  local lan = router:link_add("lan", { type = "bridge", up = true, ip = { "192.168.1.1/24", "fd00::1/64" } })
  local computers = {}
  for i = 1, 2 do
    local computer = node()
    netns.veth(computer:link "eth0", router:link("port" .. i), {
      up = true,
      a = { ip = { ("192.168.1.%d/24"):format(1 + i), ("fd00::%d/64"):format(1 + i) } },
      b = { master = lan },
    })
    computer:route_add("default", { via = "192.168.1.1" })
    computer:route_add("default", { via = "fd00::1" })
    computers[i] = computer
  end
  lan:wait({ operstate = "UP" }, 5)
  return computers
end

--- The addresses of a family that the server has been asked from since the last time.
local function seen(family)
  local found = {}
  local text = server:output("nft list set inet watch seen" .. family)
  for address in text:match "elements = (%b{})":gmatch "[%x.:]+" do
    found[#found + 1] = address
  end
  server:nft("flush set inet watch seen" .. family)
  return table.concat(found, " ")
end

local homes = { home(1), home(2) }
bridge:wait({ operstate = "UP" }, 5)
for number, computers in ipairs(homes) do
  for i, computer in ipairs(computers) do
    for family, target in pairs { ["4"] = "203.0.113.1", ["6"] = "2001:db8::1" } do
      assert(computer:ping(target, { timeout = 5 }).received == 1, "no answer from " .. target)
    end
    local v4, v6 = seen "4", seen "6"
    print(("home %d, 192.168.1.%d and fd00::%d: the server sees %s and %s"):format(number, 1 + i, 1 + i, v4, v6))
    assert(v4 == "203.0.113." .. 10 + number, "an address of the home's own came out: " .. v4)
    assert(v6 == "2001:db8::" .. 10 + number, "an address of the home's own came out: " .. v6)
  end
end

-- From outside there is no way in: the server knows none of these networks.
assert(server:ping("192.168.1.2", { timeout = 0.1 }).error == "ENETUNREACH")
print "nat: 2 homes with the same addresses, which the server sees as 203.0.113.11 and 203.0.113.12"
