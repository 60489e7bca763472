-- Features, channels, speed and the like of devices: `ethtool` beside `ethtool_set`.

local pair = "ip link add v0 numtxqueues 4 numrxqueues 4 type veth peer name v1 numtxqueues 4 numrxqueues 4"
local tap = "ip tuntap add dev t0 mode tap"
--- A device of netdevsim comes into the namespace of who asks for it, here with the number of that process.
local simulate = [[
  echo "$$ 1 4" >/sys/bus/netdevsim/new_device
  ip link set "$(ls /sys/bus/netdevsim/devices/netdevsim$$/net)" name e0
]]

local function with(row, more)
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for one device: what nsl is told, what `ethtool` is, what it reads.
local function row(name, dev, before, opts, tool, json, want, more)
  return with({
    name,
    before = before,
    make = function(ns) ns:ethtool_set(dev, opts) end,
    tool = tool,
    json = json,
    read = function(ns) return ns:ethtool_get(dev) end,
    want = want,
    write = function(ns, record) ns:ethtool_set(dev, record) end,
    again = true,
  }, more)
end

--- Features of a veth: an option for each, or for several as `ethtool` has it.
local function features(name, opts, tool, want, before)
  return row(name, "v0", before or pair, { features = opts }, "ethtool -K v0 " .. tool, "ethtool --json -k v0", { features = want })
end

--- A row for e0, a device that the kernel only simulates.
local function simulated(name, opts, words, question, more)
  return row(name .. " of a simulated device", "e0", simulate, opts, "ethtool " .. words, "ethtool " .. question, opts, with({
    needs = { "netdevsim" },
    has = "test -e /sys/bus/netdevsim/new_device",
  }, more))
end

local tcp = {
  ["tx-tcp-segmentation"] = false,
  ["tx-tcp6-segmentation"] = false,
  ["tx-tcp-ecn-segmentation"] = false,
  ["tx-tcp-mangleid-segmentation"] = false,
}
local rows = {
  features("tso off", { tso = false }, "tso off", tcp),
  features("tso by its long name", { tcp_segmentation_offload = false }, "tso off", tcp),
  features("tso on again", { tso = true }, "tso on", { ["tx-tcp-segmentation"] = true }, pair .. "; ethtool -K v0 tso off"),
  features("gso off", { gso = false }, "gso off", { ["tx-generic-segmentation"] = false }),
  features("gro on", { gro = true }, "gro on", { ["rx-gro"] = true }),
  features("rx checksums off", { rx = false }, "rx off", { ["rx-checksum"] = false }),
  features("tx checksums off", { tx = false }, "tx off", { ["tx-checksum-ip-generic"] = false, ["tx-checksum-sctp"] = false }),
  features("scatter-gather off", { sg = false }, "sg off", { ["tx-scatter-gather"] = false }),
  features("VLAN tags by software", { rxvlan = false, txvlan = false }, "rxvlan off txvlan off", { ["rx-vlan-hw-parse"] = false }),
  features(
    "by the kernel's name",
    { ["tx-checksum-ip-generic"] = false },
    "tx-checksum-ip-generic off",
    { ["tx-checksum-ip-generic"] = false }
  ),
  features("with underscores", { tx_gso_list = false }, "tx-gso-list off", { ["tx-gso-list"] = false }),
  features(
    "with the kernel's own underscores",
    { ["tx-udp_tnl-segmentation"] = false },
    "tx-udp_tnl-segmentation off",
    { ["tx-udp_tnl-segmentation"] = false }
  ),
  features(
    "several, one of them otherwise",
    { tso = false, tx_tcp6_segmentation = true },
    "tso off tx-tcp6-segmentation on",
    { ["tx-tcp6-segmentation"] = true, ["tx-tcp-segmentation"] = false }
  ),
  features("what others need, off", { tx_checksum_ip_generic = false }, "tx-checksum-ip-generic off", {
    ["tx-tcp-segmentation"] = false,
  }),
  row(
    "asked for, and on with what it needs",
    "v0",
    pair .. "; ethtool -K v0 tx off tso off tx-udp-segmentation off",
    { requested = { "tx-tcp-segmentation", "tx-tcp6-segmentation" } },
    "ethtool -K v0 tx-tcp-segmentation on tx-tcp6-segmentation on || true", -- it fails, as nothing is on yet
    "ethtool --json -k v0",
    { features = { ["tx-tcp-segmentation"] = false }, requested = { "tx-tcp-segmentation", "tx-tcp6-segmentation" } }
  ),
  features("what is fixed, as it is", { rx_lro = false, lro = false, highdma = true }, "gro off", { ["rx-lro"] = false }),
  row(
    "features of a bridge",
    "br0",
    "ip link add br0 type bridge",
    { features = { tx_nocache_copy = true } },
    "ethtool -K br0 tx-nocache-copy on",
    "ethtool --json -k br0",
    { features = { ["tx-nocache-copy"] = true } }
  ),
  row(
    "features of a dummy",
    "d0",
    "ip link add d0 type dummy",
    { features = { tx = false } },
    "ethtool -K d0 tx off",
    "ethtool --json -k d0",
    { features = { ["tx-checksum-ip-generic"] = false } },
    { needs = { "dummy" } }
  ),
  row("channels", "v0", pair, { channels = { rx = 3, tx = 2 } }, "ethtool -L v0 rx 3 tx 2", "ethtool -l v0", {
    channels = { rx = 3, tx = 2, rx_max = 4, tx_max = 4 },
  }),
  row("one channel", "v0", pair, { channels = { rx = 2 } }, "ethtool -L v0 rx 2", "ethtool -l v0", { channels = { rx = 2 } }),
  row(
    "speed and duplex",
    "t0",
    tap,
    { link = { speed = 100, duplex = "half" } },
    "ethtool -s t0 speed 100 duplex half",
    "ethtool t0",
    { link = { speed = 100, duplex = "half", autoneg = false } }
  ),
  row("autonegotiation", "t0", tap, { link = { autoneg = true } }, "ethtool -s t0 autoneg on", "ethtool t0", {
    link = { autoneg = true },
  }),
  row("coalescing", "t0", tap, { coalesce = { rx_frames = 7 } }, "ethtool -C t0 rx-frames 7", "ethtool -c t0", {
    coalesce = { rx_frames = 7 },
  }),
  row(
    "all at once",
    "v0",
    pair,
    { features = { tso = false, gro = true }, channels = { tx = 4 } },
    "ethtool -K v0 tso off gro on; ethtool -L v0 tx 4",
    { "ethtool --json -k v0", "ethtool -l v0" },
    { features = { ["rx-gro"] = true }, channels = { tx = 4 } }
  ),
  {
    "of one that has been written",
    before = pair,
    tool = "ethtool -K v0 tx-sctp-segmentation off; ethtool -L v0 rx 4",
    json = { "ethtool --json -k v0", "ethtool -l v0" },
    read = function(ns) return ns:link("v0"):ethtool_get() end,
    want = { features = { ["tx-sctp-segmentation"] = false }, channels = { rx = 4 }, link = { speed = 10000 } },
    write = function(ns, record) ns:ethtool_set("v0", record) end,
    again = true,
  },
  simulated("rings", { rings = { rx = 256, tx = 512 } }, "-G e0 rx 256 tx 512", "-g e0"),
  simulated("channels", { channels = { combined = 2 } }, "-L e0 combined 2", "-l e0"),
  simulated("coalescing", { coalesce = { rx_usecs = 7, tx_usecs = 9, rx_frames = 3, adaptive_rx = true } },
    "-C e0 rx-usecs 7 tx-usecs 9 rx-frames 3 adaptive-rx on", "-c e0"),
  simulated("all of the rings", { rings = { rx = 256, rx_mini = 100, rx_jumbo = 200, tx = 512 } },
    "-G e0 rx 256 rx-mini 100 rx-jumbo 200 tx 512", "-g e0"),
  simulated("pause frames", { pause = { rx = true, tx = false } }, "-A e0 rx on tx off", "-a e0"),
}

--- A refusal.
local function fails(name, dev, before, opts, tool, wrong)
  rows[#rows + 1] = {
    name,
    before = before,
    make = function(ns) ns:ethtool_set(dev, opts) end,
    tool = tool,
    fails = wrong,
  }
end

fails("too many channels", "v0", pair, { channels = { rx = 5 } }, "ethtool -L v0 rx 5", {
  code = "EINVAL",
  object = "v0",
  message = '/v0" does not take these "channels" settings: invalid argument',
  kernel = "requested channel count exceeds maximum",
})
fails("a fixed feature", "v0", pair, { features = { rx_lro = true } }, "ethtool -K v0 rx-lro on", {
  code = "EOPNOTSUPP",
  message = 'feature "rx-lro" of "anonymous/v0" is fixed: it is off',
})
fails("a group of fixed features", "v0", pair, { features = { lro = true } }, "ethtool -K v0 lro on", {
  code = "EOPNOTSUPP",
  message = 'feature "lro" of "anonymous/v0" is fixed: it is off',
})
fails("no such feature", "v0", pair, { features = { tx_gso_lst = true } }, "ethtool -K v0 tx-gso-lst on", {
  code = "EINVAL",
  message = 'no feature is called "tx_gso_lst"',
  hint = 'did you mean "tx-gso-list"?',
})
fails("a veth has no rings", "v0", pair, { rings = { rx = 64 } }, "ethtool -G v0 rx 64", {
  code = "EOPNOTSUPP",
  message = 'anonymous/v0" takes no "rings" settings',
})
fails("a veth's speed is fixed", "v0", pair, { link = { speed = 100 } }, "ethtool -s v0 speed 100", {
  code = "EOPNOTSUPP",
  message = 'anonymous/v0" takes no "link" settings',
})
fails("no such setting", "v0", pair, { channels = { rxx = 1 } }, nil, {
  code = "EINVAL",
  message = 'channels of "anonymous/v0" has no option "rxx"',
  hint = 'did you mean "rx"?',
})
fails("no such device", "v7", pair, { features = { tso = true } }, "ethtool -K v7 tso on", {
  code = "ENODEV",
  message = 'no link "anonymous/v7"',
})

return rows
