-- Neighbours: `ip neigh` beside `neigh_add`, `neigh_replace`, `neigh_change`, `neigh_delete` and `neigh_flush`.

local rows = require "rows"

local before = "for l in v0 v1; do ip link set $l addrgenmode none; ip link set $l up; done; ip addr add 10.0.0.1/24 dev v0"

local mac = "02:00:00:00:00:09"

--- A row for one neighbour on v0.
local function neighbour(name, address, opts, words, want, more)
  return rows.with({
    name,
    make = function(ns) ns:neigh_add("v0", address, opts) end,
    tool = ("ip neigh add %s dev v0 %s"):format(address, words),
    want = want or opts,
  }, more)
end

--- What is answered for is a list of its own.
local proxies = {
  json = "ip -json neigh show proxy",
  read = function(ns) return ns:neigh_list { proxy = true } end,
}

--- Several neighbours, on a link that is a bridge's port and on one that is not.
local several = before .. [[

  ip link add br0 up address 02:00:00:00:00:0b type bridge
  ip link set v1 master br0
  ip addr add 10.1.0.1/24 dev br0
  ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:08 nud stale protocol static dev v0
  ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:08 dev v0
  ip neigh add 10.0.0.4 nud noarp lladdr 02:00:00:00:00:08 dev v0
  ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:08 dev v1
  ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:08 dev v0
]]

--- A row for a list: what `ip` shows with these words is what nsl lists with these options.
local function listed(name, words, opts, number)
  local list = function(ns) return ns:neigh_list(opts) end
  return rows.listed(name, several, "ip -json neigh show " .. words, "dst", list, number)
end

return {
  pair = true,
  before = before,
  json = "ip -json neigh show",
  read = function(ns) return ns:neigh_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:neigh_replace(record.dev, record.dst, record) end
  end,
  again = true,
  same = { "refcnt" },
  neighbour("permanent", "10.0.0.2", { lladdr = mac }, "lladdr " .. mac, {
    dst = "10.0.0.2",
    dev = "v0",
    lladdr = mac,
    nud = "permanent",
    family = "inet",
  }),
  neighbour("IPv6", "2001:db8::2", { lladdr = mac }, "lladdr " .. mac, { dst = "2001:db8::2", family = "inet6" }),
  neighbour("reachable", "10.0.0.2", { lladdr = mac, nud = "reachable" }, ("lladdr %s nud reachable"):format(mac)),
  neighbour("stale", "10.0.0.2", { lladdr = mac, nud = "stale" }, ("lladdr %s nud stale"):format(mac)),
  neighbour("noarp", "10.0.0.2", { lladdr = mac, nud = "noarp" }, ("lladdr %s nud noarp"):format(mac), nil, {
    json = "ip -json neigh show nud all",
    read = function(ns) return ns:neigh_list { nud = "noarp" } end,
  }),
  neighbour("router", "2001:db8::2", { lladdr = mac, router = true }, ("lladdr %s router"):format(mac)),
  neighbour("extern_learn", "10.0.0.2", { lladdr = mac, extern_learn = true, nud = "reachable" }, ("lladdr %s extern_learn nud reachable"):format(mac)),
  neighbour("use", "10.0.0.2", { use = true, nud = "none" }, "nud none use", { dst = "10.0.0.2" }, { again = false, write = false }),
  neighbour("managed", "10.0.0.2", { managed = true, lladdr = mac, nud = "stale" }, ("lladdr %s managed nud stale"):format(mac), {
    managed = true,
  }, { again = false, write = false }),
  {
    "extern_valid",
    since = "6.17",
    make = function(ns)
      ns:neigh_add("v0", "10.0.0.2", { lladdr = mac, extern_valid = true, extern_learn = true, nud = "stale" })
    end,
    want = { { dst = "10.0.0.2", lladdr = mac, extern_valid = true, nud = "stale" } },
  },
  neighbour("protocol by name", "10.0.0.2", { lladdr = mac, protocol = "static" }, ("lladdr %s protocol static"):format(mac)),
  neighbour("protocol by number", "10.0.0.2", { lladdr = mac, protocol = 77 }, ("lladdr %s protocol 77"):format(mac), {
    protocol = "77",
  }),
  neighbour("proxy", "10.0.0.7", { proxy = true }, "", { dst = "10.0.0.7", proxy = true }, {
    tool = "ip neigh add proxy 10.0.0.7 dev v0",
    json = proxies.json,
    read = proxies.read,
  }),
  neighbour("proxy, IPv6", "2001:db8::7", { proxy = true, router = true }, "", { dst = "2001:db8::7", router = true }, {
    tool = "ip neigh add proxy 2001:db8::7 dev v0 router",
    json = proxies.json,
    read = proxies.read,
  }),
  neighbour("managed, and no state said", "10.0.0.2", { managed = true }, "managed", { dst = "10.0.0.2", managed = true }, {
    json = "ip -json neigh show nud all",
    read = function(ns) return ns:neigh_list("v0", { nud = "all", family = "inet" }) end,
    same = { "nud", "state", "lladdr", "probes", "refcnt" },
    again = false,
    write = false,
  }),
  listed("all", "", nil, 4),
  listed("in any state", "dev v0 nud all to 10.0.0.0/24", { dev = "v0", nud = "all", to = "10.0.0.0/24" }, 3),
  listed("in one of two states", "nud stale nud noarp to 10.0.0.0/8", { nud = { "stale", "noarp" }, to = "10.0.0.0/8" }, 2),
  listed("in a network", "to 10.0.0.0/8", { to = "10.0.0.0/8" }, 3),
  listed("on ports", "master br0", { master = "br0" }, 1),
  listed("on ports of none", "nomaster", { nomaster = true }, 3),
  listed("that nobody uses", "unused dev v1", { unused = true, dev = "v1" }, 1),
  listed("made by a program", "protocol static", { protocol = "static" }, 1),
  listed("made by a program, by its number", "protocol 4", { protocol = 4 }, 1),
  {
    "on links of a VRF",
    needs = { "vrf" },
    before = several .. "\nip link add red up type vrf table 10; ip link set v0 master red",
    make = function(ns) ns:neigh_add("v0", "10.0.0.7", { lladdr = mac }) end,
    tool = ("ip neigh add 10.0.0.7 lladdr %s dev v0"):format(mac),
    json = "ip -json neigh show vrf red",
    read = function(ns)
      assert(#ns:neigh_list { nomaster = true } == 0)
      return ns:neigh_list { vrf = "red" }
    end,
    want = { { dst = "10.0.0.7", dev = "v0" } },
    again = false,
  },
  {
    "one asked for",
    before = several,
    tool = "true",
    json = "ip -json neigh get 10.0.0.2 dev v0",
    read = function(ns) return { ns:neigh_get("v0", "10.0.0.2") } end,
    want = { { dst = "10.0.0.2", dev = "v0", nud = "stale", lladdr = "02:00:00:00:00:08", protocol = "static" } },
    same = { "refcnt" },
    again = false,
    write = false,
  },
  {
    "one asked for that is answered for",
    before = before .. "; ip neigh add proxy 10.0.0.7 dev v0",
    tool = "true",
    json = "ip -json neigh get proxy 10.0.0.7 dev v0",
    read = function(ns) return { ns:neigh_get("v0", "10.0.0.7", { proxy = true }) } end,
    want = { { dst = "10.0.0.7", proxy = true } },
    again = false,
    write = false,
  },
  {
    "one asked for that is not there",
    make = function(ns) ns:neigh_get("v0", "10.0.0.2") end,
    tool = "ip neigh get 10.0.0.2 dev v0",
    fails = { code = "ENOENT", object = "v0", message = "there is no neighbour 10.0.0.2" },
  },
  {
    "several",
    make = function(ns)
      for i = 2, 9 do ns:neigh_add("v0", "10.0.0." .. i, { lladdr = "02:00:00:00:00:1" .. i }) end
    end,
    tool = "for i in $(seq 2 9); do ip neigh add 10.0.0.$i lladdr 02:00:00:00:00:1$i dev v0; done",
    want = { { dst = "10.0.0.2", lladdr = "02:00:00:00:00:12" }, { dst = "10.0.0.9", lladdr = "02:00:00:00:00:19" } },
  },
  {
    "replaced",
    before = before .. "; ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:08 dev v0",
    make = function(ns) ns:neigh_replace("v0", "10.0.0.2", { lladdr = mac, nud = "stale" }) end,
    tool = ("ip neigh replace 10.0.0.2 lladdr %s nud stale dev v0"):format(mac),
    want = { lladdr = mac, nud = "stale" },
  },
  {
    "changed",
    before = before .. "; ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:08 dev v0",
    make = function(ns) ns:neigh_change("v0", "10.0.0.2", { lladdr = mac }) end,
    tool = ("ip neigh change 10.0.0.2 lladdr %s dev v0"):format(mac),
    want = { lladdr = mac, nud = "permanent" },
  },
  {
    "deleted",
    before = before .. "; for i in 2 3; do ip neigh add 10.0.0.$i lladdr 02:00:00:00:00:08 dev v0; done",
    make = function(ns) ns:neigh_delete("v0", "10.0.0.2") end,
    tool = "ip neigh delete 10.0.0.2 dev v0",
    want = { dst = "10.0.0.3" },
    again = false,
  },
  {
    "flushed but for the permanent ones",
    before = before
      .. "; ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:08 nud stale dev v0"
      .. "; ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:08 dev v0",
    make = function(ns) ns:neigh_flush "v0" end,
    tool = "ip neigh flush dev v0",
    want = { dst = "10.0.0.3" },
    again = false,
  },
  {
    "one there is",
    before = before .. "; ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:08 dev v0",
    make = function(ns) ns:neigh_add("v0", "10.0.0.2", { lladdr = mac }) end,
    tool = ("ip neigh add 10.0.0.2 lladdr %s dev v0"):format(mac),
    fails = { code = "EEXIST", object = "v0", message = "10.0.0.2" },
  },
  {
    "one there is not",
    make = function(ns) ns:neigh_delete("v0", "10.0.0.2") end,
    tool = "ip neigh delete 10.0.0.2 dev v0",
    fails = { code = "ENOENT", object = "v0", message = "10.0.0.2" },
  },
  {
    "one to change that is not there",
    make = function(ns) ns:neigh_change("v0", "10.0.0.2", { lladdr = mac }) end,
    tool = ("ip neigh change 10.0.0.2 lladdr %s dev v0"):format(mac),
    fails = { code = "ENOENT", object = "v0", message = "10.0.0.2" },
  },
  {
    "no link for it",
    make = function(ns) ns:neigh_add("v9", "10.0.0.2", { lladdr = mac }) end,
    tool = ("ip neigh add 10.0.0.2 lladdr %s dev v9"):format(mac),
    fails = { code = "ENODEV", object = "v9" },
  },
}
