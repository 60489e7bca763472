-- VLANs of bridges and their ports: `bridge vlan` beside `bridge_vlan_*`. No VLAN is anywhere to begin with.

local ports = [[
  ip link add br0 address 02:00:00:00:00:0b up type bridge vlan_filtering 1 vlan_default_pvid 0
  ip link set v1 up
  ip link set v0 up master br0
]]
local vxlan = ports .. [[
  ip link add x0 address 02:00:00:00:00:0c up master br0 type vxlan external dstport 4789
  bridge link set dev x0 vlan_tunnel on
]]
local global = {
  json = "bridge -json vlan global show",
  read = function(ns) return ns:bridge_vlan_global_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:bridge_vlan_global_set(record.dev, record.vid, record) end
  end,
  before = ports .. "bridge vlan add vid 10-12 dev br0 self\nip link set br0 type bridge mcast_vlan_snooping 1",
  again = true,
}

--- A row for VLANs of the port v0.
local function port(name, vlans, opts, words, want, more)
  local row = {
    name,
    make = function(ns) ns:bridge_vlan_add("v0", vlans, opts) end,
    tool = ("bridge vlan add vid %s dev v0 %s"):format(vlans, words),
    want = want,
    again = true,
  }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for options of VLANs that are there.
local function setting(name, vlans, opts, words, want, more)
  local row = {
    name,
    before = ports .. "bridge vlan add vid 10-12 dev v0\nbridge vlan add vid 10 dev br0 self",
    make = function(ns) ns:bridge_vlan_set("v0", vlans, opts) end,
    tool = ("bridge vlan set vid %s dev v0 %s"):format(vlans, words),
    want = want,
    again = true,
  }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

--- A row for an option that `bridge` 6.1 does not know, of all VLANs: the kernel shows those as one that differ in it (Linux
--- `br_vlan_opts_eq_range`).
local function newer(key, value, since)
  return {
    key,
    since = since,
    before = ports .. "bridge vlan add vid 10-12 dev v0\nip link set br0 type bridge mcast_vlan_snooping 1",
    make = function(ns) ns:bridge_vlan_set("v0", "10-12", { [key] = value }) end,
    want = { { dev = "v0", vid = "10-12", [key] = value } },
    again = true,
  }
end

--- A row for what the bridge has for VLANs.
local function whole(name, vlans, opts, words, want)
  local row = {
    name,
    make = function(ns) ns:bridge_vlan_global_set("br0", vlans, opts) end,
    tool = ("bridge vlan global set vid %s dev br0 %s"):format(vlans, words),
    want = { want },
  }
  for key, value in pairs(global) do row[key] = value end
  return row
end

--- The same for one option of VLAN 10.
local function of_ten(key, value, word)
  return whole(key, 10, { [key] = value }, key .. " " .. word, { dev = "br0", vid = 10, [key] = value })
end

return {
  needs = { "bridge" },
  pair = true,
  before = ports,
  json = "bridge -json -details vlan show",
  read = function(ns) return ns:bridge_vlan_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:bridge_vlan_add(record.dev, record.vid, record) end
  end,
  port("one", 10, nil, "", { { dev = "v0", vid = 10 } }),
  port("pvid", 10, { pvid = true }, "pvid", { { dev = "v0", vid = 10, pvid = true } }),
  port("untagged", 10, { untagged = true }, "untagged", { { dev = "v0", vid = 10, untagged = true } }),
  port("both", 10, { pvid = true, untagged = true }, "pvid untagged", { { vid = 10, pvid = true, untagged = true } }),
  port("master", 10, { master = true }, "master", { { dev = "v0", vid = 10 } }),
  port("a range", "10-20", nil, "", { { dev = "v0", vid = "10-20" } }, {
    json = { "bridge -json vlan show", "bridge -json -compressvlans vlan show" },
  }),
  port("a range untagged", "10-20", { untagged = true }, "untagged", { { vid = "10-20", untagged = true } }),
  port("the highest", 4094, nil, "", { { vid = 4094 } }),
  {
    "of the bridge",
    make = function(ns) ns:bridge_vlan_add("br0", 10, { self = true, pvid = true, untagged = true }) end,
    tool = "bridge vlan add vid 10 dev br0 self pvid untagged",
    want = { { dev = "br0", vid = 10, pvid = true, untagged = true } },
    again = true,
  },
  {
    "of the bridge, a range, without saying so",
    make = function(ns) ns:bridge_vlan_add("br0", "10-12") end,
    tool = "bridge vlan add vid 10-12 dev br0 self",
    want = { { dev = "br0", vid = "10-12" } },
    again = true,
  },
  {
    "of the bridge, a range of its own",
    make = function(ns) ns:bridge_vlan_add("br0", "10-12", { self = true, untagged = true, state = "blocking" }) end,
    tool = "bridge vlan add vid 10-12 dev br0 self untagged; bridge vlan set vid 10-12 dev br0 state 4",
    want = { { dev = "br0", vid = "10-12", untagged = true, state = "blocking" } },
    again = true,
  },
  {
    "some of a range deleted",
    make = function(ns)
      ns:bridge_vlan_add("v0", "10-20")
      ns:bridge_vlan_delete("v0", "12-14")
      ns:bridge_vlan_delete("v0", 20)
    end,
    tool = "bridge vlan add vid 10-20 dev v0; bridge vlan del vid 12-14 dev v0; bridge vlan del vid 20 dev v0",
    want = { { vid = "10-11" }, { vid = "15-19" } },
  },
  {
    "of the bridge deleted",
    make = function(ns)
      ns:bridge_vlan_add("br0", "10-12", { self = true })
      ns:bridge_vlan_delete("br0", "10-11", { self = true })
    end,
    tool = "bridge vlan add vid 10-12 dev br0 self; bridge vlan del vid 10-11 dev br0 self",
    want = { { dev = "br0", vid = 12 } },
  },
  {
    "deleted by their records",
    before = ports .. "bridge vlan add vid 10-12 dev v0 untagged\nbridge vlan add vid 14 dev v0\nbridge vlan add vid 9 dev br0 self",
    make = function(ns)
      for _, record in ipairs(ns:bridge_vlan_list "v0") do ns:bridge_vlan_delete(record.dev, record.vid, record) end
    end,
    tool = "bridge vlan del vid 10-12 dev v0; bridge vlan del vid 14 dev v0",
    want = { { dev = "br0", vid = 9 } },
  },
  {
    "changed",
    before = ports .. "bridge vlan add vid 10 dev v0 pvid untagged",
    make = function(ns) ns:bridge_vlan_add("v0", 10) end,
    tool = "bridge vlan add vid 10 dev v0",
    want = { { dev = "v0", vid = 10 } },
  },
  {
    "the kernel's own VLAN",
    before = "ip link add br0 address 02:00:00:00:00:0b type bridge vlan_filtering 1",
    tool = "true",
    want = { { dev = "br0", vid = 1, pvid = true, untagged = true, state = "forwarding" } },
  },
  port("with a state", 10, { state = "blocking" }, "; bridge vlan set vid 10 dev v0 state 4",
    { { vid = 10, state = "blocking" } }),
  setting("state disabled", 10, { state = "disabled" }, "state 0", { { vid = 10, state = "disabled" } }),
  setting("state listening", 10, { state = "listening" }, "state listening", { { vid = 10, state = "listening" } }),
  setting("state learning of a range", "10-11", { state = "learning" }, "state learning",
    { { vid = "10-11", state = "learning" }, { vid = 12, state = "forwarding" } }),
  setting("state by its number", 12, { state = 4 }, "state 4", { { vid = 12, state = "blocking" } }),
  setting("mcast_router", 11, { mcast_router = 2 }, "mcast_router 2", { { vid = 11, mcast_router = 2 } }, {
    before = ports .. "bridge vlan add vid 10-12 dev v0\nip link set br0 type bridge mcast_vlan_snooping 1",
  }),
  newer("neigh_suppress", true, "6.4"),
  newer("mcast_max_groups", 7, "6.3"),
  {
    "a tunnel",
    before = vxlan,
    make = function(ns) ns:bridge_vlan_add("x0", 10, { tunnel_info = { id = 100 } }) end,
    tool = "bridge vlan add vid 10 dev x0; bridge vlan add vid 10 dev x0 tunnel_info id 100",
    json = { "bridge -json vlan show", "bridge -json vlan tunnelshow" },
    want = { { dev = "x0", vid = 10, tunnel_info = { id = 100 } } },
    again = true,
    needs = { "bridge", "vxlan" },
  },
  {
    "tunnels for a range",
    before = vxlan,
    make = function(ns) ns:bridge_vlan_add("x0", "10-13", { tunnel_info = { id = 100 } }) end,
    tool = "bridge vlan add vid 10-13 dev x0; bridge vlan add vid 10-13 dev x0 tunnel_info id 100-103",
    json = { "bridge -json vlan show", "bridge -json -compressvlans vlan tunnelshow", "bridge -json vlan tunnelshow" },
    want = { { dev = "x0", vid = "10-13", tunnel_info = { id = 100 } } },
    again = true,
    needs = { "bridge", "vxlan" },
  },
  {
    "a tunnel taken away",
    before = vxlan .. "bridge vlan add vid 10-11 dev x0; bridge vlan add vid 10-11 dev x0 tunnel_info id 100-101",
    make = function(ns) ns:bridge_vlan_set("x0", 10, { tunnel_info = false }) end,
    tool = "bridge vlan del vid 10 dev x0 tunnel_info id 100",
    json = { "bridge -json vlan show", "bridge -json vlan tunnelshow" },
    want = { { dev = "x0", vid = 11, tunnel_info = { id = 101 } } },
    needs = { "bridge", "vxlan" },
  },
  {
    "those of one link, in a range",
    before = ports .. "bridge vlan add vid 10-12 dev v0 untagged\nbridge vlan add vid 14 dev v0\nbridge vlan add vid 9-14 dev br0 self",
    tool = "true",
    json = "bridge -json -compressvlans vlan show dev v0 vid 11",
    read = function(ns)
      local of_port, of_bridge = ns:bridge_vlan_list "v0", ns:bridge_vlan_list { vid = "12-13", dev = "br0" }
      if #of_port ~= 2 or #of_bridge ~= 2 then error(tostring(of_port) .. tostring(of_bridge)) end
      return ns:bridge_vlan_list("v0", { vid = 11 })
    end,
    want = { { dev = "v0", vid = "10-12", untagged = true } },
    write = false,
  },
  {
    "counters",
    before = ports .. "bridge vlan add vid 10-11 dev v0",
    tool = "true",
    read = function(ns)
      local list = ns:bridge_vlan_list("v0", { stats = true })
      for _, vlan in ipairs(list) do assert(vlan.stats.rx_bytes == 0 and vlan.stats.tx_packets >= 0) end
      return list
    end,
    want = { { vid = 10 }, { vid = 11 } },
    write = false,
  },
  of_ten("mcast_snooping", false, "0"),
  of_ten("mcast_querier", true, "1"),
  of_ten("mcast_igmp_version", 3, "3"),
  of_ten("mcast_mld_version", 2, "2"),
  of_ten("mcast_last_member_count", 5, "5"),
  of_ten("mcast_startup_query_count", 4, "4"),
  of_ten("mcast_last_member_interval", 2.5, "250"),
  of_ten("mcast_membership_interval", 99.0, "9900"),
  of_ten("mcast_querier_interval", 77.0, "7700"),
  of_ten("mcast_query_interval", 66.0, "6600"),
  of_ten("mcast_query_response_interval", 8.0, "800"),
  of_ten("mcast_startup_query_interval", 9.0, "900"),
  {
    "msti",
    before = ports .. "ip link set br0 type bridge mcast_vlan_snooping 1",
    make = function(ns)
      ns:link_set("br0", { mst_enabled = true })
      ns:bridge_vlan_add("br0", 10, { self = true })
      ns:bridge_vlan_global_set("br0", 10, { msti = 3 })
    end,
    json = global.json,
    read = global.read,
    write = global.write,
    want = { { dev = "br0", vid = 10, msti = 3 } },
  },
  {
    "states in trees",
    before = ports .. "ip link set br0 type bridge mcast_vlan_snooping 1",
    make = function(ns)
      ns:link_set("br0", { mst_enabled = true })
      ns:bridge_vlan_add("br0", "10-12", { self = true })
      ns:bridge_vlan_add("v0", "10-12")
      ns:bridge_vlan_global_set("br0", "11-12", { msti = 3 })
      ns:bridge_mst_set("v0", { msti = 3, state = "blocking" })
    end,
    read = function(ns)
      assert(#ns:bridge_mst_list "v0" == 2 and #ns:bridge_mst_list "v1" == 0)
      return ns:bridge_mst_list()
    end,
    write = function(ns, records)
      for _, tree in ipairs(records) do
        if tree.msti ~= 0 then
          ns:bridge_mst_set("v0", { msti = tree.msti, state = "disabled" })
          ns:bridge_mst_set(tree.dev, tree)
        end
      end
    end,
    want = { { dev = "v0", msti = 0, state = "forwarding" }, { dev = "v0", msti = 3, state = "blocking" } },
  },
  {
    "states in trees, of a bridge that has none",
    make = function(ns) ns:bridge_mst_set("v0", { msti = 3, state = "blocking" }) end,
    fails = { code = "EBUSY", object = "v0" },
  },
  {
    "states in trees, of a link that is in no bridge",
    make = function(ns) ns:bridge_mst_set("v1", { msti = 3, state = "blocking" }) end,
    fails = { code = "EINVAL", object = "v1", message = "neither a bridge nor a port", hint = "master" },
  },
  {
    "state in no tree",
    make = function(ns) ns:bridge_mst_set("v0", { state = "blocking" }) end,
    fails = { code = "EINVAL", object = "v0", message = '"msti"' },
  },
  whole("a range of the bridge's", "10-11", { mcast_querier = true }, "mcast_querier 1",
    { dev = "br0", vid = "10-11", mcast_querier = true }),
  {
    "of no bridge",
    make = function(ns) ns:bridge_vlan_add("v1", 10) end,
    tool = "bridge vlan add vid 10 dev v1",
    fails = { code = "EINVAL", object = "v1", message = "neither a bridge nor a port", hint = "link_set" },
  },
  {
    "options of one that is not there",
    make = function(ns) ns:bridge_vlan_set("v0", 10, { state = "blocking" }) end,
    tool = "bridge vlan set vid 10 dev v0 state blocking",
    fails = { code = "ENOENT", object = "v0" },
  },
  {
    "no number of a VLAN",
    make = function(ns) ns:bridge_vlan_add("v0", 4095) end,
    tool = "bridge vlan add vid 4095 dev v0",
    fails = { code = "EINVAL", message = '"4095" is no VLAN', hint = "1 to 4094" },
  },
  {
    "a pvid for several",
    make = function(ns) ns:bridge_vlan_add("v0", "10-12", { pvid = true }) end,
    tool = "bridge vlan add vid 10-12 dev v0 pvid",
    fails = { code = "EINVAL", object = "v0" },
  },
  {
    "a link there is not",
    make = function(ns) ns:bridge_vlan_list "v7" end,
    fails = { code = "ENODEV", object = "v7", message = "no link" },
  },
}
