-- VNIs of vxlan links: `bridge vni` beside `bridge_vni_*`.

local vxlan = "ip link add x0 address 02:00:00:00:00:0c up type vxlan external vnifilter dstport 4789 local 127.0.0.1 dev lo"
local several = vxlan .. "; bridge vni add dev x0 vni 5-7 remote 10.0.0.1; bridge vni add dev x0 vni 9"

local function vnis(name, numbers, opts, words, want)
  return {
    name,
    make = function(ns) ns:bridge_vni_add("x0", numbers, opts) end,
    tool = ("bridge vni add dev x0 vni %s %s"):format(numbers, words),
    want = { want },
    again = true,
  }
end

return {
  before = vxlan,
  json = "bridge -json vni show",
  read = function(ns) return ns:bridge_vni_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:bridge_vni_add(record.dev, record.vni, record) end
  end,
  vnis("one", 100, nil, "", { dev = "x0", vni = 100 }),
  vnis("a range", "100-110", nil, "", { dev = "x0", vni = "100-110" }),
  vnis("a remote end", 100, { remote = "10.0.0.2" }, "remote 10.0.0.2", { vni = 100, remote = "10.0.0.2" }),
  vnis("a group", "100-101", { group = "239.1.1.1" }, "group 239.1.1.1", { vni = "100-101", group = "239.1.1.1" }),
  {
    "a remote end of IPv6",
    before = "ip link add x0 address 02:00:00:00:00:0c up type vxlan external vnifilter dstport 4789 local ::1 dev lo",
    make = function(ns) ns:bridge_vni_add("x0", 100, { remote = "2001:db8::2" }) end,
    tool = "bridge vni add dev x0 vni 100 remote 2001:db8::2",
    want = { { vni = 100, remote = "2001:db8::2" } },
  },
  {
    "changed",
    before = several,
    make = function(ns) ns:bridge_vni_add("x0", "5-7", { remote = "10.0.0.9" }) end,
    tool = "bridge vni add dev x0 vni 5-7 remote 10.0.0.9",
    want = { { vni = "5-7", remote = "10.0.0.9" }, { vni = 9 } },
  },
  {
    "some of a range deleted",
    before = several,
    make = function(ns) ns:bridge_vni_delete("x0", "6-7") end,
    tool = "bridge vni delete dev x0 vni 6-7",
    want = { { vni = 5 }, { vni = 9 } },
  },
  {
    "those of one link, in a range",
    before = several,
    tool = "true",
    json = "bridge -json vni show dev x0",
    read = function(ns)
      assert(#ns:bridge_vni_list "x0" == 2 and #ns:bridge_vni_list { vni = "8-20" } == 1)
      return ns:bridge_vni_list("x0", { vni = 6 })
    end,
    want = { { dev = "x0", vni = "5-7", remote = "10.0.0.1" } },
    write = false,
  },
  {
    "counters",
    before = several,
    tool = "true",
    read = function(ns)
      local list = ns:bridge_vni_list("x0", { stats = true })
      for _, vni in ipairs(list) do assert(vni.stats.rx_bytes == 0 and vni.stats.tx_pkts == 0) end
      return list
    end,
    want = { { vni = 9 } },
    write = false,
  },
  {
    "of a link without a filter",
    before = "ip link add x1 type vxlan id 3 dstport 4789",
    make = function(ns) ns:bridge_vni_add("x1", 4) end,
    tool = "bridge vni add dev x1 vni 4",
    fails = { code = "EOPNOTSUPP", object = "x1", message = "no vxlan link with a filter", hint = "vnifilter" },
  },
  {
    "of no vxlan link",
    make = function(ns) ns:bridge_vni_add("lo", 4) end,
    tool = "bridge vni add dev lo vni 4",
    fails = { code = "EINVAL", object = "lo", message = "no vxlan link with a filter" },
  },
  {
    "deleted and not there",
    make = function(ns) ns:bridge_vni_delete("x0", 4) end,
    tool = "bridge vni delete dev x0 vni 4",
    fails = { code = "ENOENT", object = "x0", message = "there is no VNI 4" },
  },
  {
    "no number of a VNI",
    make = function(ns) ns:bridge_vni_add("x0", 2 ^ 24 // 1 | 0) end,
    fails = { code = "EINVAL", message = '"16777216" is no VNI', hint = "16777215" },
  },
}
