-- Forwarding entries: `bridge fdb` beside `fdb_*`.

-- Without addresses of IPv6, whose groups would come by and by; that is told before the links are up.
local ports = [[
  ip link add br0 address 02:00:00:00:00:0b type bridge
  ip link set v0 master br0
  for link in br0 v0 v1; do ip link set $link addrgenmode none; ip link set $link up; done
  until bridge link show dev v0 | grep -q forwarding; do sleep 0.01; done
]]
local vxlan = "ip link add x0 address 02:00:00:00:00:0c up type vxlan id 7 dstport 4789 local 127.0.0.1 dev lo"
local external = "ip link add x0 address 02:00:00:00:00:0c up type vxlan external dstport 4789"
local mac, other = "02:00:00:00:00:99", "02:00:00:00:00:98"

local function read(ns) return ns:fdb_list() end

--- All that is no doing of the kernel's own.
local function write(ns, records)
  for _, record in ipairs(records) do
    if record.mac == mac then ns:fdb_replace(record.dev, record.mac, record) end
  end
end

--- A row for an entry of the port v0.
local function port(name, opts, words, want, more)
  opts.master = true
  local row = {
    name,
    make = function(ns) ns:fdb_add("v0", mac, opts) end,
    tool = ("bridge fdb add %s dev v0 master %s"):format(mac, words),
    want = { { mac = mac, dev = "v0", master = "br0" } },
    again = true,
  }
  for key, value in pairs(want) do row.want[1][key] = value end
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for what `bridge` does not know yet: it is read back, and is no other entry than without it.
local function noticed(name, opts, words, want)
  opts.master = true
  local keys = { "activity_notify", "inactive" }
  return {
    name,
    make = function(ns)
      ns:fdb_add("v0", mac, opts)
      local entry = ns:fdb_get("v0", mac)
      for key, value in pairs(want) do assert(entry[key] == value, key) end
    end,
    tool = ("bridge fdb add %s dev v0 master %s"):format(mac, words),
    same = keys,
  }
end

--- A row for an entry of the vxlan link x0.
local function remote(name, opts, words, want, more)
  local row = {
    name,
    before = vxlan,
    make = function(ns) ns:fdb_add("x0", mac, opts) end,
    tool = ("bridge fdb add %s dev x0 %s"):format(mac, words),
    want = { { mac = mac, dev = "x0", self = true } },
    again = true,
  }
  for key, value in pairs(want or opts) do row.want[1][key] = value end
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for a list with a filter: nsl lists, with these arguments, as many as `bridge` shows with `words`.
local function listed(name, words, want, ...)
  local json, arguments = "bridge -json fdb show " .. words, { ... }
  return {
    name,
    before = ports,
    tool = ("bridge fdb add %s dev v0 master dynamic; bridge fdb add 02:00:00:00:00:98 dev v0 master static"):format(mac),
    json = json,
    read = function(ns)
      local found = ns:fdb_list(table.unpack(arguments))
      local shown = select(2, ns:output(json):gsub('"mac"', ""))
      if #found ~= shown then error(("%d are listed, %d shown"):format(#found, shown)) end
      return found
    end,
    want = want,
    write = false,
  }
end

--- A row for a flush.
local function flushed(name, opts, words, want)
  return {
    name,
    before = ports
      .. "bridge fdb add 02:00:00:00:00:96 dev v0 master dynamic\n"
      .. "bridge fdb add 02:00:00:00:00:97 dev v0 master static sticky\n"
      .. "bridge fdb add 02:00:00:00:00:98 dev v0 master extern_learn static\n"
      .. "bridge fdb add 02:00:00:00:00:99 dev br0 self permanent\n",
    make = function(ns) ns:fdb_flush("br0", opts) end,
    tool = "bridge fdb flush dev br0 " .. words,
    want = want,
    write = false,
  }
end

--- A row for a flush of a vxlan link, which `bridge` of these days does one by one.
local function flushed_remote(name, opts, deleted)
  return {
    name,
    before = vxlan
      .. "\nbridge fdb add 02:00:00:00:00:96 dev x0 dst 10.0.0.2\n"
      .. "bridge fdb add 02:00:00:00:00:97 dev x0 dst 10.0.0.3 port 4790\n"
      .. "bridge fdb add 02:00:00:00:00:98 dev x0 dst 10.0.0.3 vni 9 dynamic\n"
      .. "bridge fdb add 02:00:00:00:00:99 dev x0 dst 10.0.0.4 router",
    make = function(ns) ns:fdb_flush("x0", opts) end,
    tool = ("for n in %s; do bridge fdb del 02:00:00:00:00:$n dev x0; done"):format(deleted),
    want = { { dev = "x0" } },
    write = false,
  }
end

return {
  pair = true,
  before = ports,
  json = "bridge -json -details fdb show",
  read = read,
  write = write,
  port("permanent unless told", {}, "", { permanent = true }),
  port("permanent", { permanent = true }, "permanent", { permanent = true }),
  port("local", { local_ = true }, "local", { permanent = true }),
  port("static", { static = true }, "static", { static = true }),
  port("temp", { temp = true }, "temp", { static = true }),
  port("dynamic", { dynamic = true }, "dynamic", { dynamic = true }),
  port("sticky", { sticky = true, static = true }, "sticky static", { sticky = true, static = true }),
  port("extern_learn", { extern_learn = true, static = true }, "extern_learn static", { extern_learn = true }),
  port("use", { use = true, dynamic = true }, "use dynamic", { dynamic = true }),
  noticed("activity_notify", { activity_notify = true, static = true }, "static", { activity_notify = true }),
  noticed("inactive", { activity_notify = true, inactive = true, static = true }, "static", { inactive = true }),
  noticed("norefresh", { norefresh = true, dynamic = true }, "dynamic", {}),
  port("a VLAN's", { vlan = 7, static = true }, "vlan 7 static", { vlan = 7, static = true }, {
    needs = { "bridge" },
    before = ports .. "ip link set br0 type bridge vlan_filtering 1\nbridge vlan add vid 7 dev v0",
  }),
  {
    "the bridge's own",
    make = function(ns) ns:fdb_add("br0", mac, { self = true }) end,
    tool = ("bridge fdb add %s dev br0 self"):format(mac),
    want = { { mac = mac, dev = "br0", master = "br0", permanent = true } },
    again = true,
  },
  {
    "a link's own address list",
    make = function(ns) ns:fdb_add("v1", mac) end,
    tool = ("bridge fdb add %s dev v1"):format(mac),
    want = { { mac = mac, dev = "v1", self = true, permanent = true } },
    again = true,
  },
  {
    "replaced",
    make = function(ns)
      ns:fdb_add("v0", mac, { master = true, static = true })
      ns:fdb_replace("v0", mac, { master = true, dynamic = true })
    end,
    tool = ("bridge fdb add %s dev v0 master dynamic"):format(mac),
    want = { { mac = mac, dynamic = true } },
  },
  {
    "deleted",
    make = function(ns)
      ns:fdb_add("v0", mac, { master = true })
      ns:fdb_delete("v0", mac, { master = true })
    end,
    tool = ("bridge fdb add %s dev v0 master; bridge fdb del %s dev v0 master"):format(mac, mac),
    want = { { mac = "02:00:00:00:00:01", dev = "v0", permanent = true } },
  },
  {
    "deleted by its record",
    make = function(ns)
      ns:fdb_add("v0", mac, { master = true })
      ns:fdb_add("br0", other, { self = true })
      for _, record in ipairs(ns:fdb_list()) do
        if record.mac == mac or record.mac == other then ns:fdb_delete(record.dev, record.mac, record) end
      end
    end,
    tool = "true",
  },
  remote("a remote end", { dst = "10.0.0.2" }, "dst 10.0.0.2"),
  remote("its port", { dst = "10.0.0.2", port = 4790 }, "dst 10.0.0.2 port 4790"),
  remote("its VNI", { dst = "10.0.0.2", vni = 9 }, "dst 10.0.0.2 vni 9"),
  remote("via a link", { dst = "10.0.0.2", via = "lo" }, "dst 10.0.0.2 via lo"),
  remote("a router's", { dst = "10.0.0.2", router = true }, "dst 10.0.0.2 router"),
  remote("static and remote", { dst = "10.0.0.2", static = true }, "dst 10.0.0.2 static", { static = true }),
  remote("dynamic and remote", { dst = "10.0.0.2", dynamic = true }, "dst 10.0.0.2 dynamic", { dynamic = true }),
  remote("learned elsewhere and remote", { dst = "10.0.0.2", extern_learn = true }, "dst 10.0.0.2 extern_learn"),
  remote("of a VNI", { dst = "10.0.0.2", src_vni = 5 }, "dst 10.0.0.2 src_vni 5", nil, { before = external }),
  remote("a nexthop group", { nhid = 3 }, "nhid 3", nil, {
    before = vxlan .. "\nip nexthop add id 1 via 10.0.0.2 fdb\nip nexthop add id 3 group 1 fdb",
  }),
  {
    "two remote ends",
    before = vxlan,
    make = function(ns)
      ns:fdb_append("x0", "00:00:00:00:00:00", { dst = "10.0.0.2" })
      ns:fdb_append("x0", "00:00:00:00:00:00", { dst = "10.0.0.3" })
    end,
    tool = [[
      bridge fdb append 00:00:00:00:00:00 dev x0 dst 10.0.0.2
      bridge fdb append 00:00:00:00:00:00 dev x0 dst 10.0.0.3
    ]],
    want = { { dst = "10.0.0.2", self = true }, { dst = "10.0.0.3", mac = "00:00:00:00:00:00" } },
    write = false,
  },
  {
    "one of two remote ends deleted",
    before = vxlan .. [[

      bridge fdb append 00:00:00:00:00:00 dev x0 dst 10.0.0.2
      bridge fdb append 00:00:00:00:00:00 dev x0 dst 10.0.0.3
    ]],
    make = function(ns) ns:fdb_delete("x0", "00:00:00:00:00:00", { dst = "10.0.0.2" }) end,
    tool = "bridge fdb del 00:00:00:00:00:00 dev x0 dst 10.0.0.2",
    want = { { dst = "10.0.0.3" } },
    write = false,
  },
  {
    "one asked for, behind whichever port",
    make = function(ns) ns:fdb_add("v0", mac, { master = true, static = true }) end,
    tool = ("bridge fdb add %s dev v0 master static"):format(mac),
    json = ("bridge -json fdb get %s br br0"):format(mac),
    read = function(ns)
      return { ns:fdb_get("br0", mac) }
    end,
    want = { { mac = mac, dev = "v0", master = "br0", static = true } },
  },
  {
    "one asked for of a vxlan link",
    before = vxlan,
    make = function(ns) ns:fdb_add("x0", mac, { dst = "10.0.0.2" }) end,
    tool = ("bridge fdb add %s dev x0 dst 10.0.0.2"):format(mac),
    json = ("bridge -json fdb get %s dev x0 self"):format(mac),
    read = function(ns) return { ns:fdb_get("x0", mac) } end,
    want = { { mac = mac, dev = "x0", dst = "10.0.0.2" } },
    write = false,
  },
  listed("those of a port", "brport v0", { { dev = "v0", mac = mac } }, "v0"),
  listed("those of a bridge", "br br0", { { dev = "br0" }, { dev = "v0" } }, { br = "br0" }),
  listed("those of a bridge and a port", "br br0 brport v0", { { dev = "v0" } }, { br = "br0", brport = "v0" }),
  listed("static ones", "state static", { { mac = other } }, { state = "static" }),
  listed("all but permanent ones", "dynamic", { { mac = mac } }, { dynamic = true }),
  flushed("all flushed", {}, ""),
  flushed("dynamic ones flushed", { dynamic = true }, "dynamic", { { mac = "02:00:00:00:00:97" } }),
  flushed("static ones flushed", { static = true }, "static", { { mac = "02:00:00:00:00:96" } }),
  flushed("others than permanent ones flushed", { permanent = false }, "nopermanent", { { mac = "02:00:00:00:00:99" } }),
  flushed("sticky ones flushed", { sticky = true }, "sticky", { { mac = "02:00:00:00:00:96" } }),
  flushed("those from elsewhere flushed", { extern_learn = true }, "extern_learn", { { mac = "02:00:00:00:00:97" } }),
  flushed("others than a user's flushed", { added_by_user = false }, "noadded_by_user", { { mac = "02:00:00:00:00:97" } }),
  flushed("those of a port flushed", { brport = "v0", static = true }, "brport v0 static", { { mac = "02:00:00:00:00:96" } }),
  flushed_remote("a remote end's flushed", { dst = "10.0.0.3" }, "97 98"),
  flushed_remote("a port's flushed", { port = 4790 }, "97"),
  flushed_remote("a VNI's flushed", { vni = 9 }, "98"),
  flushed_remote("a router's flushed", { router = true }, "99"),
  flushed_remote("others than a router's flushed", { router = false }, "96 97 98"),
  flushed_remote("others than permanent ones of a vxlan link flushed", { permanent = false }, "98"),
  {
    "by a link's handle",
    make = function(ns)
      local v0, br0 = ns:link "v0", ns:link "br0"
      v0:fdb_add(mac, { master = true, static = true })
      v0:fdb_add(other, { master = br0, static = true })
      v0:fdb_delete(other, br0:fdb_get(other))
      -- A bridge that filters by VLAN has one more for each.
      for _, entry in ipairs(v0:fdb_list { state = "static" }) do assert(entry.mac == mac) end
      assert(br0:fdb_get(mac).dev == "v0")
    end,
    tool = ("bridge fdb add %s dev v0 master static"):format(mac),
    want = { { mac = mac, dev = "v0", static = true } },
  },
  {
    "twice",
    make = function(ns)
      ns:fdb_add("v0", mac, { master = true })
      ns:fdb_add("v0", mac, { master = true })
    end,
    fails = { code = "EEXIST", object = "v0", message = 'forwarding entry 02:00:00:00:00:99 of "anonymous/v0" already exists' },
  },
  {
    "deleted and not there",
    make = function(ns) ns:fdb_delete("v0", mac, { master = true }) end,
    tool = ("bridge fdb del %s dev v0 master"):format(mac),
    fails = { code = "ENOENT", object = "v0", message = "there is no forwarding entry" },
  },
  {
    "asked for and not there",
    make = function(ns) ns:fdb_get("br0", mac) end,
    tool = ("bridge fdb get %s br br0"):format(mac),
    fails = { code = "ENOENT", object = "br0", message = "there is no forwarding entry" },
  },
  {
    "of no port",
    make = function(ns) ns:fdb_add("v1", mac, { master = true }) end,
    tool = ("bridge fdb add %s dev v1 master"):format(mac),
    fails = { code = "EOPNOTSUPP", object = "v1", message = "keeps no such forwarding entries", hint = "port of a bridge" },
  },
  {
    "of no link",
    make = function(ns) ns:fdb_add("v7", mac, { master = true }) end,
    tool = ("bridge fdb add %s dev v7 master"):format(mac),
    fails = { code = "ENODEV", object = "v7", message = "no link" },
  },
  {
    "to stay in two ways",
    make = function(ns) ns:fdb_add("v0", mac, { master = true, temp = true, dynamic = true }) end,
    fails = { code = "EINVAL", message = 'options "temp" and "dynamic" exclude each other' },
  },
  {
    "a word there is not",
    make = function(ns) ns:fdb_add("v0", mac, { statc = true }) end,
    fails = { code = "EINVAL", message = 'unknown option "statc"', hint = '"static"' },
  },
}
