-- Chains of filters: `tc chain` beside `chain_add`.

local function read(ns) return ns:chain_list "v0" end

local function write(ns, records)
  for _, record in ipairs(ns:chain_list "v0") do ns:chain_delete("v0", record) end
  for _, record in ipairs(records) do ns:chain_add(record.dev, record) end
end

return {
  needs = { "sch_ingress", "cls_flower", "cls_matchall", "act_gact" },
  pair = true,
  before = "tc qdisc add dev v0 clsact",
  json = "tc -details chain show dev v0 ingress",
  read = read,
  write = write,
  again = true,
  {
    "of what comes in",
    make = function(ns) ns:chain_add("v0", { ingress = true, chain = 5 }) end,
    tool = "tc chain add dev v0 ingress chain 5",
    want = { { dev = "v0", ingress = true, chain = 5 } },
  },
  {
    "of what goes out, and the first of all",
    make = function(ns)
      ns:chain_add("v0", { egress = true, chain = 5 })
      ns:chain_add("v0", { egress = true })
    end,
    tool = "tc chain add dev v0 egress chain 5; tc chain add dev v0 egress chain 0",
    json = "tc -details chain show dev v0 egress",
    want = { { egress = true, chain = 5 }, { egress = true, chain = 0 } },
  },
  {
    "with a template",
    make = function(ns) ns:chain_add("v0", { ingress = true, chain = 5, kind = "flower", protocol = "ip", dst_ip = "0.0.0.0/24", ip_proto = "udp" }) end,
    tool = "tc chain add dev v0 ingress chain 5 protocol ip flower dst_ip 0.0.0.0/24 ip_proto udp",
    want = { { chain = 5, kind = "flower", protocol = "ip", dst_ip = "0.0.0.0/24", ip_proto = "udp" } },
  },
  {
    "filters in one",
    make = function(ns)
      ns:chain_add("v0", { ingress = true, chain = 5 })
      ns:filter_add("v0", { ingress = true, chain = 5, pref = 7, handle = 1, kind = "matchall", actions = { "drop" } })
      ns:filter_add("v0", { ingress = true, pref = 7, handle = 1, kind = "matchall", actions = { { kind = "gact", control = "goto chain 5" } } })
    end,
    tool = [[
      tc chain add dev v0 ingress chain 5
      tc filter add dev v0 ingress chain 5 pref 7 handle 1 matchall action drop
      tc filter add dev v0 ingress pref 7 handle 1 matchall action goto chain 5
    ]],
    json = { "tc -details chain show dev v0 ingress", "tc filter show dev v0 ingress chain 5" },
    read = function(ns) return ns:filter_list("v0", { chain = 5 }) end,
    want = { { chain = 5, kind = "matchall" } },
    write = function() end,
    again = false,
  },
  {
    "at a discipline",
    needs = { "sch_htb" },
    before = "tc qdisc add dev v0 root handle 1: htb; tc class add dev v0 parent 1: classid 1:1 htb rate 1mbit",
    make = function(ns)
      ns:chain_add("v0", { parent = "1:", chain = 3 })
      ns:chain_add("v0", { parent = "1:1", chain = 4 })
    end,
    tool = "tc chain add dev v0 parent 1: chain 3; tc chain add dev v0 parent 1:1 chain 4",
    json = { "tc -details chain show dev v0 parent 1:", "tc -details chain show dev v0 parent 1:1" },
    want = { { parent = "1:", chain = 3 }, { parent = "1:1", chain = 4 } },
  },
  {
    "of a block",
    before = "tc qdisc add dev v0 ingress_block 22 ingress; tc qdisc add dev v1 ingress_block 22 ingress",
    make = function(ns) ns:chain_add { block = 22, chain = 5, kind = "flower", protocol = "ipv6", src_ip = "::/64" } end,
    tool = "tc chain add block 22 chain 5 protocol ipv6 flower src_ip ::/64",
    json = "tc -details chain show block 22",
    read = function(ns)
      assert(#ns:chain_list() == 1 and #ns:chain_list "v1" == 1)
      return ns:chain_list { block = 22 }
    end,
    want = { { block = 22, chain = 5, kind = "flower", src_ip = "::/64" } },
    write = function(ns, records)
      for _, record in ipairs(ns:chain_list { block = 22 }) do ns:chain_delete(record) end
      for _, record in ipairs(records) do ns:chain_add(record) end
    end,
  },
  {
    "one is asked for",
    make = function(ns)
      ns:chain_add("v0", { egress = true, chain = 5, kind = "flower", protocol = "ip", dst_ip = "0.0.0.0/24" })
      ns:chain_add("v0", { egress = true, chain = 6 })
    end,
    tool = "tc chain add dev v0 egress chain 5 protocol ip flower dst_ip 0.0.0.0/24; tc chain add dev v0 egress chain 6",
    json = "tc -details chain get dev v0 egress chain 5",
    read = function(ns) return ns:chain_get("v0", { egress = true, chain = 5 }) end,
    want = { dev = "v0", egress = true, chain = 5, kind = "flower", dst_ip = "0.0.0.0/24" },
    write = function() end,
    again = false,
  },
  {
    "one goes with its filters",
    make = function(ns)
      ns:chain_add("v0", { ingress = true, chain = 5 })
      ns:chain_add("v0", { ingress = true, chain = 6 })
      ns:filter_add("v0", { ingress = true, chain = 5, kind = "matchall" })
      ns:chain_delete("v0", { ingress = true, chain = 5 })
      assert(#ns:filter_list "v0" == 0)
    end,
    tool = "tc chain add dev v0 ingress chain 6",
    want = { { chain = 6 } },
  },
  {
    "one that is there",
    before = "tc qdisc add dev v0 clsact; tc chain add dev v0 ingress chain 5",
    make = function(ns) ns:chain_add("v0", { ingress = true, chain = 5 }) end,
    tool = "tc chain add dev v0 ingress chain 5",
    fails = { code = "EEXIST", object = "v0", message = "chain" },
  },
  {
    "one that is not there",
    make = function(ns) ns:chain_delete("v0", { ingress = true, chain = 5 }) end,
    tool = "tc chain del dev v0 ingress chain 5",
    fails = { code = "ENOENT", object = "v0", message = "no such chain", kernel = "Cannot find specified filter chain" },
  },
  {
    "one that is not there is asked for",
    make = function(ns) ns:chain_get("v0", { ingress = true, chain = 5 }) end,
    tool = "tc chain get dev v0 ingress chain 5",
    fails = { code = "ENOENT", object = "v0", message = "no such chain" },
  },
  {
    "where nothing takes filters",
    before = false,
    make = function(ns) ns:chain_add("v0", { egress = true, chain = 5 }) end,
    tool = "tc chain add dev v0 egress chain 5",
    fails = {
      code = "EINVAL", object = "v0", message = "has no qdisc that takes filters for what goes out",
      hint = 'netns.qdisc_add(dev, { kind = "clsact" })',
    },
  },
  {
    "a template of a kind that has none",
    make = function(ns) ns:chain_add("v0", { ingress = true, chain = 5, kind = "matchall" }) end,
    tool = "tc chain add dev v0 ingress chain 5 matchall",
    fails = { code = "EOPNOTSUPP", object = "v0" },
  },
}
