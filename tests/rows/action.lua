-- Actions: each behind a filter that takes everything, beside `tc filter … matchall action`.

local actions = require "actions"

local function read(ns)
  local filters = ns:filter_list "v0"
  return filters[1] and filters[1].actions or {}
end

--- A filter of matchall cannot be replaced (Linux `mall_change`): away with it, and made again.
local function write(ns, records)
  ns:filter_flush "v0"
  ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = records })
end

local rows = {
  pair = true,
  before = [[
    tc qdisc add dev v0 clsact
  ]],
  json = "tc -details filter show dev v0 ingress",
  read = read,
  write = write,
  again = true,
  {
    "skbedit: a queue",
    needs = { "sch_ingress", "cls_matchall", "act_skbedit" },
    make = function(ns)
      -- Of what comes in only hardware chooses the queue (Linux since 6.2).
      local actions = { { kind = "skbedit", queue_mapping = 0 } }
      ns:filter_add("v0", { kind = "matchall", egress = true, pref = 7, handle = 1, actions = actions })
    end,
    tool = "tc filter add dev v0 egress pref 7 handle 1 matchall action skbedit queue_mapping 0",
    json = "tc -details filter show dev v0 egress",
    want = { { kind = "skbedit", queue_mapping = 0 } },
    write = false,
    again = false,
  },
  {
    "a change that is none",
    needs = { "sch_ingress", "cls_matchall", "act_pedit" },
    make = function(ns)
      ns:filter_add("v0", { kind = "matchall", ingress = true, actions = { { kind = "pedit", munge = { "ip ttl maybe 3" } } } })
    end,
    fails = { code = "EINVAL", message = "munge" },
  },
}

for _, action in ipairs(actions) do
  local words = action.kind .. " " .. action.words .. action.common
  rows[#rows + 1] = {
    action.name,
    needs = actions.needs(action, "sch_ingress", "cls_matchall"),
    has = action.more.has,
    make = function(ns)
      ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = { action.opts } })
    end,
    tool = "tc filter add dev v0 ingress pref 7 handle 1 matchall action " .. words,
    want = { action.want },
  }
end

return rows
