-- Addresses: `ip addr` beside `addr_add`, `addr_delete` and `addr_flush`.

local links = require "links"

local up = links.pair .. "; ip link set v0 up; ip link set v1 up"

--- A row for one address of v0.
local function address(name, text, opts, words, want, more)
  local row = {
    name,
    make = function(ns) ns:addr_add("v0", text, opts) end,
    tool = ("ip addr add %s dev v0 %s"):format(text, words),
    want = want,
  }
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

return {
  before = links.pair,
  json = "ip -json -details addr show dev v0",
  read = function(ns) return ns:addr_list "v0" end,
  write = function(ns, records)
    for _, record in ipairs(records) do
      pcall(ns.addr_delete, ns, record.dev, record.address, record)
      ns:addr_add(record.dev, record.address, record)
    end
  end,
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
  address("peer, IPv6", "2001:db8::1", nil, "peer 2001:db8::2", { peer = "2001:db8::2" }, {
    make = function(ns) ns:addr_add("v0", "2001:db8::1/128", { peer = "2001:db8::2" }) end,
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
    nowhere = "no kernel here is built with CONFIG_IPV6_OPTIMISTIC_DAD",
  }),
  address("autojoin", "ff0e::5/64", { autojoin = true }, "autojoin", { autojoin = true }),
  address("autojoin, IPv4", "239.1.2.3/24", { autojoin = true }, "autojoin", { autojoin = true }),
  {
    "replaced",
    before = links.pair .. "; ip addr add 10.0.0.1/24 label v0:a dev v0",
    make = function(ns) ns:addr_replace("v0", "10.0.0.1/24", { valid_lft = 900, preferred_lft = 600 }) end,
    tool = "ip addr replace 10.0.0.1/24 valid_lft 900 preferred_lft 600 dev v0",
    want = { valid_lft = 900, preferred_lft = 600 },
    again = false,
  },
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
    before = links.pair .. "; ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.1.1/24 dev v0",
    make = function(ns) ns:addr_delete("v0", "10.0.0.1/24") end,
    tool = "ip addr delete 10.0.0.1/24 dev v0",
    want = { address = "10.0.1.1/24" },
    again = false,
  },
  {
    "flushed",
    before = links.pair .. "; ip addr add 10.0.0.1/24 dev v0; ip addr add 10.0.1.1/24 dev v0; ip addr add 10.0.2.1/24 dev v1",
    make = function(ns) ns:addr_flush "v0" end,
    tool = "ip addr flush dev v0",
    json = "ip -json addr show",
    read = function(ns) return ns:addr_list() end,
    want = { dev = "v1", address = "10.0.2.1/24" },
    again = false,
  },
  {
    "one there is",
    before = links.pair .. "; ip addr add 10.0.0.1/24 dev v0",
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
