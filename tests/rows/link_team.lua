-- Teams, whose options `ip` neither tells nor shows: what nsl reads of what it made.

local links = require "links"

--- A row for a team in this mode.
local function team(mode, opts, module)
  local all = { type = "team", mac = "02:00:00:00:00:0a", mode = mode }
  for key, value in pairs(opts or {}) do all[key] = value end
  local want = { name = "t0", type = "team", mode = mode }
  for key, value in pairs(opts or {}) do want[key] = value end
  return {
    mode,
    needs = { "team", "team_mode_" .. (module or mode) },
    make = function(ns) ns:link_add("t0", all) end,
    want = { want },
    again = true,
  }
end

return {
  needs = { "team", "team_mode_activebackup" },
  read = links.read,
  write = links.write,
  json = links.json,
  same = { "num_tx_queues", "num_rx_queues", "numtxqueues", "numrxqueues" },
  team("broadcast", { notify_peers_count = 3, notify_peers_interval = 0.25, mcast_rejoin_count = 2, mcast_rejoin_interval = 0.5 }),
  team "roundrobin",
  team "random",
  team "activebackup",
  team("loadbalance", { bpf_hash_func = "1,6 0 0 1", lb_tx_method = "hash_to_port_mapping", lb_stats_refresh_interval = 7.5 }),
  {
    "a port that sends",
    before = "ip link add d0 type dummy; ip link add d1 type dummy; ip link add t0 address 02:00:00:00:00:0a type team",
    needs = { "team", "team_mode_activebackup", "dummy" },
    make = function(ns)
      ns:link_set("t0", { mode = "activebackup" })
      for _, name in ipairs { "d0", "d1" } do ns:link_set(name, { master = "t0" }) end
      ns:link_set("t0", { activeport = "d1" })
    end,
    want = { { name = "t0", mode = "activebackup", activeport = "d1" }, { name = "d0", master = "t0" } },
  },
  {
    "another mode, with ports",
    before = "ip link add d0 type dummy; ip link add t0 type team; ip link set d0 master t0",
    needs = { "team", "team_mode_activebackup", "dummy" },
    make = function(ns) ns:link_set("t0", { mode = "activebackup" }) end,
    fails = { code = "EBUSY", object = "t0" },
  },
  {
    "a mode there is not",
    make = function(ns) ns:link_add("t0", { type = "team", mode = "quantum" }) end,
    fails = { code = "EINVAL", object = "t0" },
  },
  {
    "what another mode has",
    make = function(ns) ns:link_add("t0", { type = "team", mode = "activebackup", lb_tx_method = "hash" }) end,
    fails = { code = "ENOENT", object = "t0" },
  },
}
