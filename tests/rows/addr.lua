-- Addresses: `ip addr` beside `addr_add`, `addr_delete` and `addr_flush`.

local rows = require "rows"

local up = "ip link set v0 up; ip link set v1 up"

--- A row for one address of v0.
local function address(name, text, opts, words, want, more)
  return rows.with({
    name,
    make = function(ns) ns:addr_add("v0", text, opts) end,
    tool = ("ip addr add %s dev v0 %s"):format(text, words),
    want = want,
  }, more)
end

--- Several addresses, of two links of which one is up.
local several = [[

  for link in v0 v1; do ip link set $link addrgenmode none; done
  ip link add br0 address 02:00:00:00:00:0b type bridge
  ip link set v1 master br0 group 7
  ip link set v0 up
  ip addr add 10.0.0.1/24 dev v0
  ip addr add 10.0.0.2/24 dev v0
  ip addr add 10.1.0.1/24 label v0:one scope link valid_lft 3600 preferred_lft 1800 dev v0
  ip addr add 2001:db8::1/64 nodad dev v0
  ip addr add 2001:db8:1::1/64 home noprefixroute dev v0
  ip addr add 10.2.0.1/24 dev v1
]]

--- A row for a list: what `ip` shows with these words is what nsl lists with these options, by the addresses.
local function listed(name, words, opts, number)
  local family = words:match "^%-[46]$"
  local json = family and ("ip -json %s addr show"):format(family) or "ip -json addr show " .. words
  return rows.listed(name, several, json, "local", function(ns) return ns:addr_list(opts) end, number)
end

--- A row for what is left after a flush of these.
local function flushed(name, words, opts, number)
  return {
    name,
    before = several,
    make = function(ns)
      local count = ns:addr_flush("v0", opts)
      if count ~= number then error(count .. " were flushed") end
    end,
    tool = "ip addr flush dev v0 " .. words,
    json = "ip -json addr show",
    read = function(ns) return ns:addr_list() end,
    want = { address = "10.2.0.1/24" },
    write = false,
    again = false,
  }
end

return {
  pair = true,
  json = "ip -json -details addr show dev v0",
  read = function(ns) return ns:addr_list "v0" end,
  write = rows.rewrites("addr", "dev", "address"),
  again = true,
  address("IPv4", "10.0.0.1/24", nil, "", { address = "10.0.0.1/24", dev = "v0", family = "inet", scope = "global" }),
  address("IPv4, a host's", "10.0.0.1/32", nil, "", { address = "10.0.0.1/32" }),
  address("IPv6", "2001:db8::1/64", nil, "", { address = "2001:db8::1/64", family = "inet6", scope = "global" }),
  address("IPv6, link-local", "fe80::7/64", nil, "", { address = "fe80::7/64", scope = "link" }),
  address("peer", "10.0.0.1", { peer = "10.0.0.2" }, "peer 10.0.0.2", { peer = "10.0.0.2" }, {
    make = function(ns) ns:addr_add("v0", "10.0.0.1/32", { peer = "10.0.0.2" }) end,
  }),
  address("peer with a prefix", "10.0.0.1", nil, "peer 10.0.0.2/24", { peer = "10.0.0.2" }, {
    make = function(ns) ns:addr_add("v0", "10.0.0.1/24", { peer = "10.0.0.2" }) end,
  }),
  address("broadcast of old", "10.0.0.1/24", { broadcast = "-" }, "broadcast -", { broadcast = "10.0.0.0" }),
  address("the other words for broadcast and metric", "10.0.0.1/24", { brd = "+", priority = 7 }, "brd + priority 7", {
    broadcast = "10.0.0.255",
    metric = 7,
  }),
  address("the other words for peer and metric", "10.0.0.1", { remote = "10.0.0.2/24", preference = 8 },
    "remote 10.0.0.2/24 preference 8", { peer = "10.0.0.2", metric = 8 }),
  address("peer, IPv6", "2001:db8::1", nil, "peer 2001:db8::2", { peer = "2001:db8::2" }, {
    make = function(ns) ns:addr_add("v0", "2001:db8::1/128", { peer = "2001:db8::2" }) end,
  }),
  address("peer that has the prefix", "10.0.0.1", { peer = "10.0.0.2/24" }, "peer 10.0.0.2/24", { peer = "10.0.0.2" }),
  address("peer that has the prefix, IPv6", "2001:db8::1", { peer = "2001:db8::2/64" }, "peer 2001:db8::2/64", {
    address = "2001:db8::1/64",
    peer = "2001:db8::2",
  }),
  address("proto", "10.0.0.1/24", { proto = 77 }, "", { proto = "77" }, {
    tool = "ip addr add 10.0.0.1/24 dev v0",
    read = function(ns)
      local list = ns:addr_list "v0"
      -- `ip` of these days does not know it.
      for _, one in ipairs(list) do one.proto = one.proto or "77" end
      return list
    end,
    again = false,
  }),
  address("proto by name", "2001:db8::1/64", { proto = "kernel_ra" }, "", { proto = "kernel_ra" }, {
    tool = "ip addr add 2001:db8::1/64 dev v0",
    read = function(ns)
      local list = ns:addr_list "v0"
      for _, one in ipairs(list) do one.proto = one.proto or "kernel_ra" end
      return list
    end,
    again = false,
  }),
  address("broadcast", "10.0.0.1/24", { broadcast = "10.0.0.250" }, "broadcast 10.0.0.250", { broadcast = "10.0.0.250" }),
  address("broadcast of its network", "10.0.0.1/20", { broadcast = "+" }, "broadcast +", { broadcast = "10.0.15.255" }),
  address("scope link", "10.0.0.1/24", { scope = "link" }, "scope link", { scope = "link" }),
  address("scope host", "10.0.0.1/24", { scope = "host" }, "scope host", { scope = "host" }),
  address("scope by number", "10.0.0.1/24", { scope = 200 }, "scope 200", { scope = "site" }),
  address("label", "10.0.0.1/24", { label = "v0:one" }, "label v0:one", { label = "v0:one" }),
  address(
    "lifetimes",
    "10.0.0.1/24",
    { valid_lft = 3600, preferred_lft = "1800s" },
    "valid_lft 3600 preferred_lft 1800",
    { valid_lft = 3600, preferred_lft = 1800 }
  ),
  address(
    "lifetimes, IPv6",
    "2001:db8::1/64",
    { valid_lft = "3600s", preferred_lft = 1800 },
    "valid_lft 3600 preferred_lft 1800",
    { valid_lft = 3600, preferred_lft = 1800 }
  ),
  address("deprecated", "2001:db8::1/64", { preferred_lft = 0, nodad = true }, "preferred_lft 0 nodad", {
    address = "2001:db8::1/64",
    preferred_lft = 0,
  }, { before = up .. "; sysctl -qw net.ipv6.conf.v0.addr_gen_mode=1; ip -6 addr flush dev v0" }),
  address("metric", "10.0.0.1/24", { metric = 77 }, "metric 77", { metric = 77 }, { before = up }),
  address("metric, IPv6", "2001:db8::1/64", { metric = 77 }, "metric 77", { metric = 77 }),
  address("nodad", "2001:db8::1/64", { nodad = true }, "nodad", { nodad = true }),
  address("noprefixroute", "10.0.0.1/24", { noprefixroute = true }, "noprefixroute", { noprefixroute = true }),
  address("noprefixroute, IPv6", "2001:db8::1/64", { noprefixroute = true }, "noprefixroute", { noprefixroute = true }),
  address("home", "2001:db8::1/64", { home = true }, "home", { home = true }),
  address("mngtmpaddr", "2001:db8::1/64", { mngtmpaddr = true }, "mngtmpaddr", { mngtmpaddr = true }),
  address("optimistic", "2001:db8::1/64", { optimistic = true }, "optimistic", { optimistic = true }, {
    needs = { "dummy" },
    has = "sysctl net.ipv6.conf.lo.optimistic_dad",
    before = "sysctl -qw net.ipv6.conf.v0.optimistic_dad=1",
  }),
  address("autojoin", "ff0e::5/64", { autojoin = true }, "autojoin", { autojoin = true }),
  address("autojoin, IPv4", "239.1.2.3/24", { autojoin = true }, "autojoin", { autojoin = true }),
  {
    "replaced",
    before = "ip addr add 10.0.0.1/24 label v0:a dev v0",
    make = function(ns) ns:addr_replace("v0", "10.0.0.1/24", { valid_lft = 900, preferred_lft = 600 }) end,
    tool = "ip addr replace 10.0.0.1/24 valid_lft 900 preferred_lft 600 dev v0",
    want = { valid_lft = 900, preferred_lft = 600 },
    again = false,
  },
  {
    "changed",
    before = "ip addr add 10.0.0.1/24 dev v0",
    make = function(ns) ns:addr_change("v0", "10.0.0.1/24", { valid_lft = 900, preferred_lft = 600 }) end,
    tool = "ip addr change 10.0.0.1/24 valid_lft 900 preferred_lft 600 dev v0",
    want = { valid_lft = 900, preferred_lft = 600 },
    again = false,
  },
  {
    "changed, IPv6",
    before = "ip addr add 2001:db8::1/64 valid_lft 500 preferred_lft 400 dev v0",
    make = function(ns) ns:addr_change("v0", "2001:db8::1/64", { valid_lft = "forever", home = true }) end,
    tool = "ip addr change 2001:db8::1/64 valid_lft forever preferred_lft forever home dev v0",
    want = { address = "2001:db8::1/64", home = true },
    again = false,
  },
  {
    "tentative",
    before = "ip link set v0 addrgenmode none; ip link set v0 up",
    make = function(ns) ns:addr_add("v0", "2001:db8::1/64") end,
    tool = "ip addr add 2001:db8::1/64 dev v0",
    want = { address = "2001:db8::1/64", tentative = true },
  },
  {
    "dadfailed",
    before = "for l in v0 v1; do ip link set $l addrgenmode none; ip link set $l up; done; ip addr add 2001:db8::1/64 nodad dev v1",
    make = function(ns)
      ns:addr_add("v0", "2001:db8::1/64")
      repeat task.sleep(0.05) until ns:addr_list("v0", { dadfailed = true })[1]
    end,
    tool = "ip addr add 2001:db8::1/64 dev v0; until ip addr show dev v0 dadfailed | grep -q db8; do sleep 0.05; done",
    want = { address = "2001:db8::1/64", dadfailed = true, tentative = true },
    again = false,
    write = false,
  },
  listed("those of IPv4", "-4", { family = "inet" }, 4),
  listed("those of IPv6", "-6", { family = "inet6" }, 2),
  listed("those of a scope", "scope link", { scope = "link" }, 1),
  listed("those with a label", "label v0:*", { label = "v0:*" }, 1),
  listed("those like a link's name", "label v?", { label = "v?" }, 5),
  listed("those in a network", "to 10.0.0.0/15", { to = "10.0.0.0/15" }, 3),
  listed("those of links that are up", "up", { up = true }, 5),
  listed("those of links of a group", "group 7", { group = 7 }, 1),
  listed("those of ports", "master br0", { master = "br0" }, 1),
  listed("those of ports of none", "nomaster", { nomaster = true }, 5),
  listed("those of a kind of link", "type veth", { type = "veth" }, 6),
  listed("permanent ones", "permanent", { permanent = true }, 5),
  listed("dynamic ones", "dynamic", { dynamic = true }, 1),
  listed("secondary ones", "secondary", { secondary = true }, 1),
  listed("primary ones", "primary", { primary = true }, 5),
  listed("with home", "home", { home = true }, 1),
  listed("without home", "-home", { home = false }, 5),
  listed("with nodad", "nodad", { nodad = true }, 1),
  listed("with noprefixroute", "noprefixroute", { noprefixroute = true }, 1),
  listed("two filters", "scope global to 10.0.0.0/8", { scope = "global", to = "10.0.0.0/8" }, 3),
  {
    "those of links that are down", -- Debian's `ip` does not know the word yet
    before = several,
    check = function(ns)
      local found = ns:addr_list { down = true }
      assert(#found == 1 and found[1].address == "10.2.0.1/24" and #ns:addr_list { down = true, up = true } == 0)
    end,
  },
  flushed("those of a label flushed", "label v0:one", { label = "v0:one" }, 1),
  flushed("those in a network flushed", "to 10.0.0.0/24", { to = "10.0.0.0/24" }, 2),
  flushed("dynamic ones flushed", "dynamic", { dynamic = true }, 1),
  flushed("those of a scope flushed", "scope global", { scope = "global" }, 4),
  {
    "several, a second one too",
    make = function(ns)
      ns:addr_add("v0", "10.0.0.1/24")
      ns:addr_add("v0", "10.0.0.2/24")
      ns:addr_add("v0", "10.0.1.1/24", { label = "v0:1" })
      ns:addr_add("v0", "2001:db8::1/64")
    end,
    tool = [[ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.0.2/24 dev v0; ip addr add 10.0.1.1/24 label v0:1 dev v0
             ip addr add 2001:db8::1/64 dev v0]],
    want = { { address = "10.0.0.1/24" }, { address = "10.0.0.2/24", secondary = true } },
  },
  {
    "the routes that come with it",
    before = up,
    json = { "ip -json route show table all type local", "ip -json route", "ip -json addr show dev v0" },
    make = function(ns) ns:addr_add("v0", "10.0.0.1/24", { broadcast = "+" }) end,
    tool = "ip addr add 10.0.0.1/24 broadcast + dev v0",
    again = false,
  },
  {
    "deleted",
    before = "ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.1.1/24 dev v0",
    make = function(ns) ns:addr_delete("v0", "10.0.0.1/24") end,
    tool = "ip addr delete 10.0.0.1/24 dev v0",
    want = { address = "10.0.1.1/24" },
    again = false,
  },
  {
    "flushed",
    before = "ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.1.1/24 dev v0; ip addr add 10.0.2.1/24 dev v1",
    make = function(ns) ns:addr_flush "v0" end,
    tool = "ip addr flush dev v0",
    json = "ip -json addr show",
    read = function(ns) return ns:addr_list() end,
    want = { dev = "v1", address = "10.0.2.1/24" },
    again = false,
  },
  {
    "one there is",
    before = "ip addr add 10.0.0.1/24 dev v0",
    make = function(ns) ns:addr_add("v0", "10.0.0.1/24") end,
    tool = "ip addr add 10.0.0.1/24 dev v0",
    fails = { code = "EEXIST", object = "v0", message = "10.0.0.1/24" },
  },
  {
    "one there is not",
    make = function(ns) ns:addr_delete("v0", "10.0.0.1/24") end,
    tool = "ip addr delete 10.0.0.1/24 dev v0",
    fails = { code = "EADDRNOTAVAIL", object = "v0", message = "10.0.0.1/24" },
  },
  {
    "a flag there is not",
    make = function(ns) ns:addr_list { tentatve = true } end,
    fails = { code = "EINVAL", message = "tentatve", hint = "tentative" },
  },
  {
    "no link for it",
    make = function(ns) ns:addr_add("v9", "10.0.0.1/24") end,
    tool = "ip addr add 10.0.0.1/24 dev v9",
    fails = { code = "ENODEV", object = "v9" },
  },
  {
    "a label that is not the link's",
    make = function(ns) ns:addr_add("v0", "10.0.0.1/24", { label = "other" }) end,
    fails = { code = "EINVAL", message = "other" },
  },
}
