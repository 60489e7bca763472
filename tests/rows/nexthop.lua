-- Nexthops and groups of them: every option of `ip nexthop`, beside `nexthop_add`.

local before = require("routes").before

local members = before .. [[
ip nexthop add id 1 via 10.0.0.2 dev v0; ip nexthop add id 2 via 10.0.1.2 dev v1
ip nexthop add id 3 via 10.0.0.3 dev v0; ip nexthop add id 4 via 2001:db8::2 dev v0
]]

--- Single ones first, as groups need them.
local function write(ns, records)
  table.sort(records, function(one, other) return (one.group and 1 or 0) < (other.group and 1 or 0) end)
  for _, record in ipairs(records) do ns:nexthop_replace(record.id, record) end
end

--- A row for one nexthop with the id 7.
local function nexthop(name, opts, words, want, more)
  local row = {
    name,
    make = function(ns) assert(ns:nexthop_add(7, opts) == 7) end,
    tool = "ip nexthop add id 7 " .. words,
    want = want or opts,
  }
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

local grouped = { before = members }

--- A row for which of several a list with a filter has.
local function filtered(name, filter, words, more)
  local row = {
    name,
    before = members .. "ip nexthop add id 5 group 1/2; ip nexthop add id 6 blackhole protocol static; ip nexthop add id 8 via 10.1.1.1 fdb",
    make = function(ns)
      local kept = {}
      for _, found in ipairs(ns:nexthop_list(filter)) do kept[found.id] = true end
      for id = 1, 8 do
        if not kept[id] then pcall(ns.nexthop_delete, ns, id) end
      end
    end,
    tool = ("keep=$(ip nexthop list %s | cut -d' ' -f2); for i in 1 2 3 4 5 6 7 8; do echo \"$keep\" | grep -qx $i || ip nexthop del id $i || :; done"):format(words),
    again = false,
  }
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

return {
  pair = true,
  before = before,
  json = "ip -json -details nexthop",
  read = function(ns) return ns:nexthop_list() end,
  write = write,
  again = true,
  nexthop("via", { via = "10.0.0.2", dev = "v0" }, "via 10.0.0.2 dev v0", { { id = 7, via = "10.0.0.2", family = "inet", scope = "link" } }),
  nexthop("via, IPv6", { via = "2001:db8::2", dev = "v0" }, "via 2001:db8::2 dev v0", { { family = "inet6" } }),
  nexthop("via a link-local address", { via = "fe80::1", dev = "v1" }, "via fe80::1 dev v1"),
  nexthop("dev", { dev = "v0" }, "dev v0"),
  nexthop("dev, IPv6", { dev = "v0", family = "inet6" }, "", nil, { tool = "ip -6 nexthop add id 7 dev v0" }),
  nexthop("onlink", { via = "192.168.7.7", dev = "v0", onlink = true }, "via 192.168.7.7 dev v0 onlink"),
  nexthop("onlink, IPv6", { via = "2001:db8:77::7", dev = "v0", onlink = true }, "via 2001:db8:77::7 dev v0 onlink"),
  nexthop("blackhole", { blackhole = true }, "blackhole"),
  nexthop("blackhole, IPv6", { blackhole = true, family = "inet6" }, "", nil, { tool = "ip -6 nexthop add id 7 blackhole" }),
  nexthop("fdb", { via = "10.1.1.1", fdb = true }, "via 10.1.1.1 fdb"),
  nexthop("fdb, IPv6", { via = "2001:db8:77::7", fdb = true }, "via 2001:db8:77::7 fdb"),
  nexthop("protocol", { dev = "v0", protocol = "static" }, "dev v0 protocol static"),
  nexthop("protocol by number", { dev = "v0", proto = 77 }, "dev v0 protocol 77", { { protocol = "77" } }),
  nexthop("a group", { group = { 1, 2 } }, "group 1/2", { { id = 7, group = { { id = 1, weight = 1 }, { id = 2, weight = 1 } }, type = "mpath" } }, grouped),
  nexthop("weights", { group = { { id = 1, weight = 3 }, { id = 2 }, { id = 3, weight = 256 } } }, "group 1,3/2/3,256", {
    { group = { { id = 1, weight = 3 }, { id = 2, weight = 1 }, { id = 3, weight = 256 } } },
  }, grouped),
  nexthop("a group of one", { group = { 4 }, protocol = "bgp" }, "group 4 protocol bgp", { { protocol = "bgp" } }, grouped),
  nexthop("mpath", { group = { 1, 2 }, type = "mpath" }, "group 1/2 type mpath", { { type = "mpath" } }, grouped),
  nexthop("resilient", { group = { 1, 2 }, type = "resilient", buckets = 8 }, "group 1/2 type resilient buckets 8", {
    { type = "resilient", buckets = 8 },
  }, grouped),
  nexthop("resilient with timers", {
    group = { 1, { id = 2, weight = 2 } }, type = "resilient", buckets = 32, idle_timer = 60, unbalanced_timer = 300,
  }, "group 1/2,2 type resilient buckets 32 idle_timer 60 unbalanced_timer 300", {
    { idle_timer = 60.0, unbalanced_timer = 300.0 },
  }, grouped),
  nexthop("a group of fdb", { group = { 8, 9 }, fdb = true }, "group 8/9 fdb", { { id = 7, fdb = true } }, {
    before = before .. "ip nexthop add id 8 via 10.1.1.1 fdb; ip nexthop add id 9 via 10.1.1.2 fdb",
  }),
  nexthop("an id of the kernel's", {}, "", { { id = 1, dev = "v0" } }, {
    make = function(ns) assert(ns:nexthop_add(nil, { dev = "v0" }) == 1) end,
    tool = "ip nexthop add dev v0",
  }),
  {
    "replace",
    before = members,
    make = function(ns) ns:nexthop_replace(1, { via = "10.0.0.9", dev = "v0" }) end,
    tool = "ip nexthop replace id 1 via 10.0.0.9 dev v0",
    want = { { id = 1, via = "10.0.0.9" } },
  },
  {
    "replace what is not there",
    make = function(ns) ns:nexthop_replace(9, { blackhole = true }) end,
    tool = "ip nexthop replace id 9 blackhole",
    want = { { id = 9 } },
  },
  {
    "replace a group",
    before = members .. "ip nexthop add id 7 group 1/2",
    make = function(ns) ns:nexthop_replace(7, { group = { 2, 3 } }) end,
    tool = "ip nexthop replace id 7 group 2/3",
    want = { { id = 7, group = { { id = 2, weight = 1 }, { id = 3, weight = 1 } } } },
  },
  {
    "a route over it",
    before = members .. "ip nexthop add id 7 group 1/2,4",
    make = function(ns) ns:route_add("10.9.0.0/16", { nhid = 7 }) end,
    tool = "ip route add 10.9.0.0/16 nhid 7",
    json = "ip -json -details route show",
    read = function(ns) return ns:route_list() end,
    write = false,
    again = false,
    want = { { dst = "10.9.0.0/16", nhid = 7 } },
  },
  {
    "delete",
    before = members,
    make = function(ns) ns:nexthop_delete(2) end,
    tool = "ip nexthop del id 2",
    again = false,
  },
  {
    "delete a member",
    before = members .. "ip nexthop add id 7 group 1/2",
    make = function(ns) ns:nexthop_delete(2) end,
    tool = "ip nexthop del id 2",
    again = false,
    want = { { id = 7, group = { { id = 1, weight = 1 } } } },
  },
  {
    "get",
    before = members,
    make = function(ns) ns:nexthop_add(7, { group = { 1 } }) end,
    tool = "ip nexthop add id 7 group 1",
    json = "ip -json nexthop get id 7",
    read = function(ns) return ns:nexthop_get(7) end,
    write = false,
    again = false,
    want = { { id = 7, group = { { id = 1, weight = 1 } } } },
  },
  filtered("list dev", { dev = "v0" }, "dev v0"),
  {
    "list groups",
    before = members .. "ip nexthop add id 7 group 1/2; ip nexthop add id 8 group 3",
    make = function() end,
    tool = "true",
    json = "ip -json nexthop list groups",
    read = function(ns) return ns:nexthop_list { groups = true } end,
    want = { { id = 7 }, { id = 8 } },
    again = false,
  },
  filtered("list fdb", { fdb = true }, "fdb"),
  filtered("list protocol", { protocol = "static" }, "protocol 4"),
  filtered("list family", { family = "inet6" }, "dev v0 | grep :", { before = members }),
  filtered("list master", { master = "br0" }, "master br0", {
    before = members .. "ip link add br0 address 02:00:00:00:00:03 type bridge; ip link set v1 master br0",
  }),
  filtered("list vrf", { vrf = "red" }, "vrf red", {
    needs = { "vrf" },
    before = before .. [[
      ip link add red address 02:00:00:00:00:05 type vrf table 10; ip link set red up; ip link set v1 master red
      ip nexthop add id 1 via 10.0.0.2 dev v0; ip nexthop add id 2 via 10.0.1.2 dev v1]],
  }),
  {
    "flush",
    before = members .. "ip nexthop add id 7 group 1/2",
    make = function(ns)
      assert(ns:nexthop_flush() == 5)
      ns:nexthop_add(9, { blackhole = true })
    end,
    tool = "ip nexthop flush; ip nexthop add id 9 blackhole",
    again = false,
  },
  {
    "flush dev",
    before = members,
    make = function(ns) assert(ns:nexthop_flush { dev = "v0" } == 3) end,
    tool = "ip nexthop flush dev v0",
    again = false,
  },
  {
    "buckets",
    before = members,
    make = function(ns) ns:nexthop_add(7, { group = { 1, { id = 2, weight = 3 } }, type = "resilient", buckets = 4 }) end,
    tool = "ip nexthop add id 7 group 1/2,3 type resilient buckets 4",
    json = "ip -json nexthop bucket list id 7 | sed 's/\"idle_time\":[0-9.]*,//g'",
    read = function(ns) return ns:nexthop_bucket_list { id = 7 } end,
    same = { "idle_time" },
    write = false,
    again = false,
    want = { { id = 7, nhid = 1 }, { id = 7, nhid = 2 } },
  },
  {
    "buckets of a nexthop",
    before = members .. "ip nexthop add id 7 group 1/2 type resilient buckets 4",
    tool = "true",
    make = function() end,
    json = "ip -json nexthop bucket list nhid 1 | sed 's/\"idle_time\":[0-9.]*,//g'",
    read = function(ns)
      local found = ns:nexthop_bucket_list { nhid = 1 }
      assert(#found == #ns:nexthop_bucket_list { dev = "v0" } and #found == 2)
      return found
    end,
    same = { "idle_time" },
    write = false,
    again = false,
    want = { { id = 7, nhid = 1 } },
  },
  {
    "buckets over ports",
    before = members .. [[
      ip nexthop add id 7 group 1/2 type resilient buckets 4
      ip link add br0 address 02:00:00:00:00:03 type bridge; ip link set v1 master br0]],
    tool = "true",
    make = function() end,
    json = "ip -json nexthop bucket list master br0 | sed 's/\"idle_time\":[0-9.]*,//g'",
    read = function(ns)
      local found = ns:nexthop_bucket_list { master = "br0" }
      assert(#found == 2 and #ns:nexthop_bucket_list { vrf = "br0", id = 7 } == 2)
      return found
    end,
    same = { "idle_time" },
    write = false,
    again = false,
    want = { { id = 7, nhid = 2 } },
  },
  {
    "one bucket",
    before = members .. "ip nexthop add id 7 group 1/2 type resilient buckets 4",
    tool = "true",
    make = function() end,
    json = "ip -json nexthop bucket get id 7 index 3 | sed 's/\"idle_time\":[0-9.]*,//g'",
    read = function(ns)
      local bucket = ns:nexthop_bucket_get(7, 3)
      assert(bucket.index == 3 and bucket.idle_time >= 0)
      return { bucket }
    end,
    same = { "idle_time" },
    write = false,
    again = false,
    want = { { id = 7 } },
  },
  {
    "a bucket there is not",
    before = members .. "ip nexthop add id 7 group 1/2 type resilient buckets 4",
    make = function(ns) ns:nexthop_bucket_get(7, 4) end,
    tool = "ip nexthop bucket get id 7 index 4",
    fails = { code = "ENOENT", message = "there is no bucket 4 of nexthop 7" },
  },
  {
    "what a group sent",
    since = "6.9",
    before = members,
    make = function(ns)
      ns:nexthop_add(7, { group = { 1, 2 }, hw_stats = true })
      ns:route_add("10.9.0.0/16", { nhid = 7 })
    end,
    json = false,
    read = function(ns)
      local function sent()
        local stats = ns:nexthop_get(7, { stats = true }).stats
        assert(#stats == 2 and stats[2].id == 2 and stats[2].packets_hw == 0)
        return stats[1].packets + stats[2].packets
      end
      assert(ns:nexthop_get(7).stats == nil)
      local before = sent()
      ns:ping("10.9.0.1", { timeout = 0.1 })
      assert(sent() > before, "nothing was counted")
      return ns:nexthop_list { groups = true, stats = true }
    end,
    want = { { id = 7, hw_stats = true, hw_stats_used = false } },
    write = false,
    again = false,
  },
  {
    "the same again",
    before = members,
    make = function(ns) ns:nexthop_add(1, { blackhole = true }) end,
    tool = "ip nexthop add id 1 blackhole",
    fails = { code = "EEXIST", message = 'nexthop 1 of "anonymous" already exists' },
  },
  {
    "delete what is not there",
    make = function(ns) ns:nexthop_delete(1) end,
    tool = "ip nexthop del id 1",
    fails = { code = "ENOENT", message = 'there is no nexthop 1 of "anonymous"' },
  },
  {
    "get what is not there",
    make = function(ns) ns:nexthop_get(1) end,
    tool = "ip nexthop get id 1",
    fails = { code = "ENOENT", message = "there is no nexthop 1" },
  },
  {
    "buckets of what is not there",
    make = function(ns) ns:nexthop_bucket_list { id = 1 } end,
    tool = "ip nexthop bucket list id 1",
    fails = { code = "ENOENT", message = "there is no nexthop 1" },
  },
  {
    "a group of what is not there",
    make = function(ns) ns:nexthop_add(7, { group = { 1 } }) end,
    tool = "ip nexthop add id 7 group 1",
    fails = { code = "EINVAL" },
  },
  {
    "a group that is none",
    make = function(ns) ns:nexthop_add(7, { group = { { id = 1, weight = 0 } } }) end,
    tool = "ip nexthop add id 7 group 1,0",
    fails = { code = "EINVAL", message = 'option "group" must be an array of ids' },
  },
  {
    "a link that is not there",
    make = function(ns) ns:nexthop_add(7, { dev = "v9" }) end,
    tool = "ip nexthop add id 7 dev v9",
    fails = { code = "ENODEV", object = "v9" },
  },
  {
    "a gateway beyond reach",
    make = function(ns) ns:nexthop_add(7, { via = "192.168.7.7", dev = "v0" }) end,
    tool = "ip nexthop add id 7 via 192.168.7.7 dev v0",
    fails = { code = "ENETUNREACH" },
  },
  {
    "an id that is none",
    make = function(ns) ns:nexthop_add(0, { blackhole = true }) end,
    fails = { code = "EINVAL", message = "argument 1 must be a nexthop's id, from 1, got 0" },
  },
  {
    "an option misspelt",
    make = function(ns) ns:nexthop_add(7, { grup = { 1 } }) end,
    fails = { code = "EINVAL", hint = 'did you mean "group"?' },
  },
}
