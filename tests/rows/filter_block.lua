-- Filters of a block that disciplines share: `tc filter … block` beside `filter_add` with `block`.

local function read(ns) return ns:filter_list { block = 22 } end

local function write(ns, records)
  ns:filter_flush { block = 22 }
  for _, record in ipairs(records) do ns:filter_add(record) end
end

local drop = { block = 22, kind = "matchall", pref = 7, handle = 1, actions = { "drop" } }

return {
  needs = { "sch_ingress", "cls_matchall", "cls_flower", "act_gact" },
  pair = true,
  before = [[
    tc qdisc add dev v0 ingress_block 22 ingress
    tc qdisc add dev v1 ingress_block 22 egress_block 23 clsact
  ]],
  json = "tc -details filter show block 22",
  read = read,
  write = write,
  again = true,
  {
    "everything",
    make = function(ns) ns:filter_add(drop) end,
    tool = "tc filter add block 22 pref 7 handle 1 matchall action drop",
    want = { { block = 22, protocol = "all", pref = 7, handle = 1, kind = "matchall" } },
  },
  {
    "it is read of each link that shares it, and once of all",
    make = function(ns) ns:filter_add(drop) end,
    tool = "tc filter add block 22 pref 7 handle 1 matchall action drop",
    json = { "tc -details filter show dev v0 ingress", "tc -details filter show dev v1 ingress" },
    read = function(ns)
      local all, there, here = ns:filter_list(), ns:filter_list "v0", ns:filter_list("v1", { ingress = true })
      assert(#all == 1 and #there == 1 and #here == 1 and #ns:filter_list("v1", { egress = true }) == 0)
      return all
    end,
    want = { { block = 22, kind = "matchall" } },
    again = false,
  },
  {
    "of what goes out",
    make = function(ns) ns:filter_add { block = 23, kind = "flower", pref = 7, handle = 1, protocol = "ip", dst_ip = "10.0.0.0/8", actions = { "pass" } } end,
    tool = "tc filter add block 23 pref 7 handle 1 protocol ip flower dst_ip 10.0.0.0/8 action pass",
    json = "tc -details filter show block 23",
    read = function(ns) return ns:filter_list { block = 23 } end,
    want = { { block = 23, dst_ip = "10.0.0.0/8" } },
    write = function() end,
    again = false,
  },
  {
    "in the place of another, and changed",
    json = "tc -json filter show block 22", -- where numbers of actions need not be the same: each change takes a new one
    make = function(ns)
      ns:filter_add { block = 22, kind = "flower", pref = 7, protocol = "ip", handle = 1, dst_ip = "10.0.0.3", actions = { "drop" } }
      ns:filter_replace { block = 22, kind = "flower", pref = 7, protocol = "ip", handle = 1, dst_ip = "10.0.0.1", actions = { "drop" } }
      ns:filter_change { block = 22, kind = "flower", pref = 7, protocol = "ip", handle = 1, dst_ip = "10.0.0.2", actions = { "pass" } }
    end,
    tool = [[
      tc filter add block 22 pref 7 protocol ip handle 1 flower dst_ip 10.0.0.3 action drop
      tc filter replace block 22 pref 7 protocol ip handle 1 flower dst_ip 10.0.0.1 action drop
      tc filter change block 22 pref 7 protocol ip handle 1 flower dst_ip 10.0.0.2 action pass
    ]],
    want = { { dst_ip = "10.0.0.2", actions = { { control = "pass" } } } },
  },
  {
    "one of two is deleted",
    make = function(ns)
      ns:filter_add(drop)
      ns:filter_add { block = 22, kind = "flower", pref = 8, protocol = "ip", handle = 1, actions = { "drop" } }
      ns:filter_delete { block = 22, pref = 7 }
    end,
    tool = [[
      tc filter add block 22 pref 7 handle 1 matchall action drop
      tc filter add block 22 pref 8 handle 1 protocol ip flower action drop
      tc filter del block 22 pref 7
    ]],
    again = false,
    want = { { kind = "flower", pref = 8 } },
  },
  {
    "one is asked for",
    make = function(ns) ns:filter_add(drop) end,
    tool = "tc filter add block 22 pref 7 handle 1 matchall action drop",
    json = "tc -details filter get block 22 parent ffff: protocol all pref 7 handle 1 matchall",
    read = function(ns) return ns:filter_get { block = 22, kind = "matchall", protocol = "all", pref = 7, handle = 1 } end,
    want = { block = 22, pref = 7, actions = { { control = "drop" } } },
    write = function() end,
    again = false,
  },
  {
    "one of a link is asked for",
    before = "tc qdisc add dev v0 clsact",
    make = function(ns) ns:filter_add("v0", { kind = "matchall", egress = true, pref = 7, handle = 1, actions = { "drop" } }) end,
    tool = "tc filter add dev v0 egress pref 7 handle 1 matchall action drop",
    json = "tc -details filter get dev v0 egress protocol all pref 7 handle 1 matchall",
    read = function(ns) return ns:filter_get("v0", { kind = "matchall", egress = true, protocol = "all", pref = 7, handle = 1 }) end,
    want = { dev = "v0", egress = true, actions = { { control = "drop" } } },
    write = function() end,
    again = false,
  },
  {
    "one that is not there is asked for",
    before = "tc qdisc add dev v0 ingress_block 22 ingress; tc filter add block 22 pref 8 matchall action drop",
    make = function(ns) ns:filter_get { block = 22, kind = "matchall", protocol = "all", pref = 7, handle = 1 } end,
    tool = "tc filter get block 22 parent ffff: protocol all pref 7 handle 1 matchall",
    fails = { code = "ENOENT", object = "block 22" },
  },
  {
    "by a link that shares it",
    make = function(ns) ns:filter_add("v0", { kind = "matchall", root = true }) end,
    fails = { code = "EOPNOTSUPP", object = "v0", kernel = "shared" },
    tool = "tc filter add dev v0 root matchall",
  },
  {
    "a block that is not there",
    make = function(ns) ns:filter_add { block = 24, kind = "matchall" } end,
    tool = "tc filter add block 24 matchall",
    fails = {
      code = "EINVAL", object = "block 24", message = "no qdisc shares", hint = "ingress_block",
      kernel = "Block of given index was not found",
    },
  },
  {
    "a block and a place",
    make = function(ns) ns:filter_add { block = 22, kind = "matchall", ingress = true } end,
    fails = { code = "EINVAL", message = "\"block\" and \"ingress\"" },
  },
  {
    "neither a link nor a block",
    make = function(ns) ns:filter_add { kind = "matchall" } end,
    fails = { code = "EINVAL", message = "block" },
  },
}
