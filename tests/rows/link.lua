-- What every link has, and the kinds that need no more than a name: `ip link` beside `link_add`, `link_set` and `veth`.

local links = require "links"

--- A row for one setting of `link_set` on one end of a pair.
local function setting(name, opts, words, want)
  return {
    name,
    pair = true,
    make = function(ns) ns:link_set("v0", opts) end,
    tool = "ip link set v0 " .. words,
    want = want or opts,
  }
end

--- A device that is only simulated, eth0, with two virtual functions. What is left of it when its namespace ends moves to
--- that of the machine, under a name that is free.
local simulated = [[
  i=0; while test -e /sys/bus/netdevsim/devices/netdevsim$i; do i=$((i + 1)); done
  echo $i 1 1 >/sys/bus/netdevsim/new_device; echo 2 >/sys/bus/netdevsim/devices/netdevsim$i/sriov_numvfs
  ip link set eth0 address 02:00:00:00:00:07]]

--- A row for virtual functions of it.
local function virtual(name, functions, words, want, more)
  local row = {
    "virtual functions, " .. name,
    needs = { "dummy" },
    has = "test -d /sys/bus/netdevsim",
    before = simulated,
    make = function(ns) ns:link_set("eth0", { vf = functions }) end,
    tool = "ip link set eth0 " .. words,
    same = { "phys_switch_id", "parentdev" },
    read = function(ns) return ns:link_get("eth0").vf end,
    write = function(ns, functions) ns:link_set("eth0", { vf = functions }) end,
    want = want or functions,
    again = true,
  }
  for key, part in pairs(more or {}) do row[key] = part end
  return row
end

--- One of each queue is all that nsl gives a pair.
local queues = { "num_tx_queues", "num_rx_queues", "numtxqueues", "numrxqueues" }

return {
  json = links.json,
  read = links.read,
  write = links.write,
  {
    "a pair",
    make = function(ns)
      ns:veth("v0", "v1", { a = { mac = "02:00:00:00:00:01" }, b = { mac = "02:00:00:00:00:02" } })
    end,
    tool = "ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02",
    same = queues,
    want = { { name = "v0", type = "veth", address = "02:00:00:00:00:01" }, { name = "v1" } },
  },
  {
    "a pair that is up",
    make = function(ns)
      ns:veth("v0", "v1", { mtu = 1400, up = true, a = { mac = "02:00:00:00:00:01" }, b = { mac = "02:00:00:00:00:02" } })
    end,
    tool = [[ip link add v0 mtu 1400 address 02:00:00:00:00:01 type veth peer name v1 mtu 1400 address 02:00:00:00:00:02
             ip link set v0 up; ip link set v1 up]],
    same = queues,
    want = { { name = "v0", up = true, operstate = "UP", mtu = 1400 }, { name = "v1", up = true, carrier = true } },
  },
  {
    "a pair by link_add",
    make = function(ns) ns:link_add("v0", { type = "veth", peer = "v1", mtu = 1400 }) end,
    tool = "ip link add v0 mtu 1400 type veth peer name v1",
    same = queues,
    want = { { name = "v0", mtu = 1400 }, { name = "v1", mtu = 1500 } },
  },
  {
    "a bridge",
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = "02:00:00:00:00:03", up = true }) end,
    tool = "ip link add br0 up address 02:00:00:00:00:03 type bridge",
    want = { { name = "br0", type = "bridge", up = true } },
    again = true,
  },
  {
    "an ifb",
    make = function(ns) ns:link_add("i0", { type = "ifb", mac = "02:00:00:00:00:05", mtu = 1300, txqueuelen = 40 }) end,
    tool = "ip link add i0 address 02:00:00:00:00:05 mtu 1300 txqueuelen 40 type ifb",
    want = { { name = "i0", type = "ifb", txqueuelen = 40, mtu = 1300 } },
    needs = { "ifb" },
    again = true,
  },
  {
    "a dummy",
    needs = { "dummy" },
    make = function(ns) ns:link_add("d0", { type = "dummy", mac = "02:00:00:00:00:04", up = true, arp = false, alias = "one" }) end,
    tool = "ip link add d0 up address 02:00:00:00:00:04 arp off type dummy; ip link set d0 alias one",
    want = { { name = "d0", type = "dummy", up = true, arp = false, alias = "one" } },
    again = true,
  },
  {
    "without a carrier",
    needs = { "dummy" },
    before = "ip link add d0 up type dummy",
    make = function(ns) ns:link_set("d0", { carrier = false }) end,
    tool = "ip link set d0 carrier off",
    want = { { name = "d0", carrier = false } },
  },
  {
    "a kind there is not",
    make = function(ns) ns:link_add("x0", { type = "nosuchkind" }) end,
    tool = "ip link add x0 type nosuchkind",
    fails = { code = "EOPNOTSUPP", object = "x0", message = "nosuchkind" },
  },
  {
    "a name that is taken",
    pair = true,
    make = function(ns) ns:link_add("v0", { type = "bridge" }) end,
    tool = "ip link add v0 type bridge",
    fails = { code = "EEXIST", object = "v0" },
  },
  {
    "a name that is too long",
    make = function(ns) ns:link_add("sixteen-letters-", { type = "bridge" }) end,
    tool = "ip link add sixteen-letters- type bridge",
    fails = { code = "EINVAL", message = "sixteen-letters-" },
  },
  {
    "no link",
    make = function(ns) ns:link_set("v9", { up = true }) end,
    tool = "ip link set v9 up",
    fails = { code = "ENODEV", object = "v9" },
  },
  {
    "an mtu that is too small",
    pair = true,
    make = function(ns) ns:link_set("v0", { mtu = 60 }) end,
    tool = "ip link set v0 mtu 60",
    fails = { code = "EINVAL", object = "v0", message = "68" },
  },
  {
    "a master that is none",
    pair = true,
    make = function(ns) ns:link_set("v0", { master = "v1" }) end,
    tool = "ip link set v0 master v1",
    fails = { code = "EOPNOTSUPP", object = "v0", message = "v1" },
  },
  {
    "deleted",
    pair = true,
    before = "ip link add br0 address 02:00:00:00:00:03 type bridge",
    make = function(ns) ns:link_delete "v0" end,
    tool = "ip link delete v0",
    want = { { name = "br0" } },
  },
  {
    "on a link of another namespace",
    needs = { "macvlan" },
    pair = true,
    make = function(ns)
      local name = "under" .. tostring(ns.inode)
      netns.add(name)
      ns:link_set("v1", { netns = name })
      ns:link_add("m0", { type = "macvlan", mac = "02:00:00:00:00:04", mode = "bridge", link = "v1", link_netns = name })
      assert(ns:link_get("m0").link_netns == name)
    end,
    want = { { name = "m0", type = "macvlan" } },
    same = { "link", "link_netns", "link_netnsid", "peer" },
    write = false,
  },
  {
    "a macvlan that gets no more than its sources send",
    needs = { "macvlan" },
    pair = true,
    make = function(ns)
      ns:link_add("m0", { type = "macvlan", link = "v0", mac = "02:00:00:00:00:04", mode = "source", nodst = true })
    end,
    tool = "ip link add m0 link v0 address 02:00:00:00:00:04 type macvlan mode source nodst",
    want = { { name = "m0", mode = "source", nodst = true } },
    again = true,
  },
  setting("up", { up = true }, "up"),
  {
    "down",
    pair = true,
    before = "ip link set v0 up; ip link set v1 up",
    make = function(ns) ns:link_set("v0", { down = true }) end,
    tool = "ip link set v0 down",
    want = { { name = "v0", up = false }, { name = "v1", up = true, carrier = false } },
  },
  setting("mtu", { mtu = 1400 }, "mtu 1400"),
  setting("address", { address = "02:00:00:00:00:09" }, "address 02:00:00:00:00:09"),
  setting("name", { name = "other" }, "name other"),
  setting("alias", { alias = "the first one" }, "alias 'the first one'"),
  setting("group", { group = 7 }, "group 7", { group = "7" }),
  setting("group by its other name", { link_group = "default" }, "group default", { group = "default" }),
  setting("txqueuelen", { txqueuelen = 77 }, "txqueuelen 77"),
  setting("sizes of what is cut up later", { gso_max_size = 30000, gso_max_segs = 20 }, "gso_max_size 30000 gso_max_segs 20"),
  setting("a size of what is put together", { gro_max_size = 32000 }, "gro_max_size 32000"),
  {
    "sizes of IPv4 alone",
    pair = true,
    make = function(ns) ns:link_set("v0", { gso_ipv4_max_size = 31000, gro_ipv4_max_size = 33000 }) end,
    want = { { name = "v0", gso_ipv4_max_size = 31000, gro_ipv4_max_size = 33000 } },
  },
  setting("waiting for a program", { linkmode = "dormant" }, "mode dormant"),
  {
    "further names",
    pair = true,
    before = "ip link property add dev v0 altname one altname two",
    make = function(ns) ns:link_set("v0", { altnames = { "two", "a-name-that-is-longer" } }) end,
    tool = "ip link property del dev v0 altname one; ip link property add dev v0 altname a-name-that-is-longer",
    want = { { name = "v0", altnames = { "two", "a-name-that-is-longer" } } },
  },
  {
    "a further name that is taken",
    pair = true,
    make = function(ns) ns:link_set("v0", { altnames = { "v1" } }) end,
    tool = "ip link property add dev v0 altname v1",
    fails = { code = "EEXIST", object = "v0", message = 'v1" already exists' },
  },
  {
    "held down",
    needs = { "macvlan" },
    pair = true,
    before = "ip link add m0 link v0 address 02:00:00:00:00:04 type macvlan",
    make = function(ns) ns:link_set("m0", { protodown = true, protodown_reason = { 0, 31 } }) end,
    tool = "ip link set m0 protodown on protodown_reason 0 on; ip link set m0 protodown_reason 31 on",
    want = { { name = "m0", protodown = true, protodown_reason = { 0, 31 } } },
  },
  {
    "several queues",
    needs = { "dummy" },
    make = function(ns) ns:link_add("d0", { type = "dummy", mac = "02:00:00:00:00:04", numtxqueues = 3, numrxqueues = 2 }) end,
    tool = "ip link add d0 address 02:00:00:00:00:04 numtxqueues 3 numrxqueues 2 type dummy",
    want = { { name = "d0", numtxqueues = 3 } }, -- those for receiving are not told without CONFIG_RPS
    again = true,
  },
  {
    "queues of a pair",
    make = function(ns)
      local function one(mac) return { mac = mac, numtxqueues = 2, numrxqueues = 2 } end
      ns:veth("v0", "v1", { a = one "02:00:00:00:00:01", b = one "02:00:00:00:00:02" })
    end,
    tool = [[ip link add v0 address 02:00:00:00:00:01 numtxqueues 2 numrxqueues 2 type veth peer name v1 \
             address 02:00:00:00:00:02]],
    want = { { name = "v0", numtxqueues = 2, numrxqueues = 2 }, { name = "v1", numtxqueues = 2 } },
  },
  {
    "an index",
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = "02:00:00:00:00:03", index = 77 }) end,
    tool = "ip link add br0 index 77 address 02:00:00:00:00:03 type bridge",
    json = { links.json, "cat /sys/class/net/br0/ifindex" },
    read = function(ns) return { { at = ns:link_get("br0").index } } end,
    want = { { at = 77 } },
    write = false,
  },
  {
    "indexes of a pair",
    make = function(ns)
      ns:veth("v0", "v1", { a = { mac = "02:00:00:00:00:01", index = 71 }, b = { mac = "02:00:00:00:00:02", index = 72 } })
    end,
    tool = "ip link add v0 index 71 address 02:00:00:00:00:01 type veth peer name v1 index 72 address 02:00:00:00:00:02",
    same = queues,
    read = function(ns) return { { at = ns:link_get("v0").index, other = ns:link_get("v1").index } } end,
    want = { { at = 71, other = 72 } },
    write = false,
  },
  {
    "another's index",
    before = "ip link add br0 index 77 type bridge",
    make = function(ns) ns:link_add("br1", { type = "bridge", index = 77 }) end,
    tool = "ip link add br1 index 77 type bridge",
    fails = { code = "EEXIST", object = "br1", message = "a link with the index 77" },
  },
  {
    "another's index, of a pair",
    before = "ip link add br0 index 77 type bridge",
    make = function(ns) ns:veth("v0", "v1", { b = { index = 77 } }) end,
    fails = { code = "EEXIST", object = "v0", message = "a link with the index 77" },
  },
  {
    "an index that is read is not asked for",
    pair = true,
    make = function(ns)
      local record = ns:link_get "v0"
      record.name, record.type, record.peer = nil, "bridge", nil
      ns:link_add("br0", record)
    end,
    tool = "ip link add br0 address 02:00:00:00:00:01 type bridge",
    same = queues,
    want = { { name = "br0", type = "bridge" } },
  },
  virtual("all of it", {
    { vf = 1, mac = "02:00:00:00:00:99", vlan = 7, qos = 3, max_tx_rate = 100, min_tx_rate = 10, spoofchk = true, trust = true,
      query_rss = true, state = "enable" },
  }, "vf 1 mac 02:00:00:00:00:99 vlan 7 qos 3 max_tx_rate 100 min_tx_rate 10 spoofchk on trust on query_rss on state enable"),
  virtual("several", { { vf = 0, state = "disable" }, { vf = 1, spoofchk = true } }, "vf 0 state disable; ip link set eth0 vf 1 spoofchk on"),
  virtual("with a protocol", { { vf = 0, vlan = 8, proto = "802.1ad" } }, "vf 0 vlan 8 proto 802.1ad"),
  virtual("rate as of old", { { vf = 0, rate = 50 } }, "vf 0 rate 50", { { vf = 0, max_tx_rate = 50, min_tx_rate = 0 } }),
  virtual("changed in part", { { vf = 1, max_tx_rate = 40 } }, "vf 1 max_tx_rate 40",
    { { vf = 1, min_tx_rate = 10, max_tx_rate = 40 } },
    { before = simulated .. "; ip link set eth0 vf 1 max_tx_rate 100 min_tx_rate 10" }),
  virtual("one there is not", { { vf = 9, trust = true } }, "vf 9 trust on", nil,
    { fails = { code = "EINVAL", object = "eth0" } }),
  virtual("names of InfiniBand", { { vf = 0, node_guid = "00:11:22:33:44:55:66:77" } },
    "vf 0 node_guid 00:11:22:33:44:55:66:77", nil, { fails = { code = "EOPNOTSUPP", object = "eth0" } }),
  virtual("misspelt", { { vf = 0, spofchk = true } }, "vf 0 spofchk on", nil,
    { fails = { code = "EINVAL", message = "spofchk", hint = "spoofchk" } }),
  {
    "a simulated device is made by other means",
    needs = { "dummy" },
    has = "test -d /sys/bus/netdevsim",
    make = function(ns) ns:link_add("n0", { type = "netdevsim" }) end,
    tool = "ip link add n0 type netdevsim",
    fails = { code = "EOPNOTSUPP", object = "n0", kernel = "/sys/bus/netdevsim/new_device" },
  },
  setting("the address that reaches all", { broadcast = "ff:ff:ff:ff:ff:fe" }, "broadcast ff:ff:ff:ff:ff:fe"),
  setting("dynamic", { dynamic = true }, "dynamic on"),
  setting("trailers", { trailers = false }, "trailers off"),
  setting("promisc", { promisc = true }, "promisc on"),
  setting("allmulticast", { allmulticast = true }, "allmulticast on"),
  setting("multicast", { multicast = false }, "multicast off"),
  setting("arp", { arp = false }, "arp off"),
  setting("addrgenmode none", { addrgenmode = "none" }, "addrgenmode none"),
  setting("addrgenmode random", { addrgenmode = "random" }, "addrgenmode random"),
  setting(
    "several at once",
    { mtu = 1300, mac = "02:00:00:00:00:0a", txqueuelen = 5, arp = false, up = true },
    "mtu 1300 address 02:00:00:00:00:0a txqueuelen 5 arp off up",
    { mtu = 1300, address = "02:00:00:00:00:0a", txqueuelen = 5, arp = false, up = true }
  ),
  {
    "master",
    pair = true,
    before = "ip link add br0 address 02:00:00:00:00:03 type bridge",
    make = function(ns) ns:link_set("v0", { master = "br0" }) end,
    tool = "ip link set v0 master br0",
    want = { { name = "v0", master = "br0" } },
  },
  {
    "nomaster",
    pair = true,
    before = "ip link add br0 address 02:00:00:00:00:03 type bridge; ip link set v0 master br0",
    make = function(ns) ns:link_set("v0", { nomaster = true }) end,
    tool = "ip link set v0 nomaster",
    want = { { name = "v0", mtu = 1500 } },
  },
  {
    "an address with the link",
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = "02:00:00:00:00:03", ip = { "10.0.0.1/24", "2001:db8::1/64" } }) end,
    tool = [[ip link add br0 address 02:00:00:00:00:03 type bridge
             ip addr add 10.0.0.1/24 dev br0; ip addr add 2001:db8::1/64 dev br0]],
    json = "ip -json addr show br0",
    want = { { name = "br0" } },
  },
}
