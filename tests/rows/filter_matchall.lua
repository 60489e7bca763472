-- Filters of matchall with the first actions: `tc filter` beside `filter_add`.

local filters = require "filters"

--- A row for one filter with actions, given in both ways.
local function matchall(name, opts, words, want)
  opts.kind, opts.pref, opts.handle = "matchall", 7, 1
  local side = opts.egress and "egress" or "ingress"
  opts.ingress = not opts.egress or nil
  return {
    name,
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = ("tc filter add dev v0 %s pref 7 handle 1 %smatchall %s"):format(side, opts.chain and "chain 3 " or "", words),
    json = ("tc -details filter show dev v0 %s"):format(side),
    want = { want },
  }
end

return {
  needs = { "sch_ingress", "cls_matchall", "act_gact", "act_mirred" },
  pair = true,
  before = [[
    ip link add v2 type veth peer name v3
    tc qdisc add dev v0 clsact
  ]],
  read = filters.read,
  write = filters.write,
  again = true,
  matchall("all that comes in is dropped", { actions = { "drop" } }, "action drop",
    { ingress = true, protocol = "all", actions = { { kind = "gact", control = "drop" } } }),
  matchall("all that goes out passes", { egress = true, actions = { "ok" } }, "action ok", { egress = true, actions = { { control = "pass" } } }),
  matchall("some by chance", { actions = { { kind = "gact", control = "pass", random = "netrand", of = 10, random_control = "drop" } } },
    "action pass random netrand drop 10", { actions = { { random = "netrand", of = 10, random_control = "drop" } } }),
  matchall("on to another chain", { actions = { "goto chain 5" } }, "action goto chain 5", { actions = { { control = "goto chain 5" } } }),
  matchall("redirected", { actions = { { kind = "mirred", egress = "redirect", dev = "v2" } } }, "action mirred egress redirect dev v2",
    { actions = { { kind = "mirred", egress = "redirect", dev = "v2", control = "stolen" } } }),
  matchall("mirrored", { actions = { { kind = "mirred", egress = "mirror", dev = "v2" } } }, "action mirred egress mirror dev v2",
    { actions = { { egress = "mirror", control = "pipe" } } }),
  matchall("into another link", { actions = { { kind = "mirred", ingress = "redirect", dev = "v2" } } },
    "action mirred ingress redirect dev v2", { actions = { { ingress = "redirect" } } }),
  matchall("mirrored, then dropped", { actions = { { kind = "mirred", egress = "mirror", dev = "v2" }, "drop" } },
    "action mirred egress mirror dev v2 action drop", { actions = { { kind = "mirred" }, { kind = "gact" } } }),
  matchall("into a class", { egress = true, classid = "1:2" }, "classid 1:2", { classid = "1:2" }),
  matchall("in a chain", { chain = 3, actions = { "drop" } }, "action drop", { chain = 3 }),
  matchall("not by the hardware", { skip_hw = true, actions = { "drop" } }, "skip_hw action drop", { skip_hw = true }),
  {
    "policed by the rate of an estimator",
    needs = { "sch_ingress", "cls_matchall", "act_police" },
    make = function(ns)
      ns:filter_add("v0", {
        kind = "matchall", ingress = true, pref = 7, handle = 1, estimator = { interval = "250ms", time_constant = "1s" },
        actions = { { kind = "police", avrate = "2mbit", control = "drop" } },
      })
    end,
    tool = "tc filter add dev v0 estimator 250ms 1s ingress pref 7 handle 1 matchall action police avrate 2mbit drop",
    json = "tc -details filter show dev v0 ingress",
    read = function(ns)
      local records = filters.read(ns)
      records[1].measured = records[1].actions[1].stats.rate
      return records
    end,
    want = { { measured = 0, actions = { { kind = "police", avrate = 2000000, control = "drop" } } } },
    write = false,
    again = false,
  },
  {
    "policed by the rate of an estimator that is not there",
    needs = { "sch_ingress", "cls_matchall", "act_police" },
    make = function(ns)
      ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, actions = { { kind = "police", avrate = "2mbit" } } })
    end,
    tool = "tc filter add dev v0 ingress pref 7 matchall action police avrate 2mbit",
    fails = { code = "EINVAL", message = 'option "avrate" needs "estimator"', hint = "give both" },
  },
  {
    "a side as the parent, by which it is listed and deleted too",
    make = function(ns)
      for _, side in ipairs { "ingress", "egress" } do
        ns:filter_add("v0", { parent = side, kind = "matchall", pref = 7, handle = 1, actions = { "drop" } })
        -- Without an action, whose index the next would count on from.
        ns:filter_add("v0", { parent = side, kind = "matchall", pref = 9, handle = 1, classid = "1:2" })
        ns:filter_delete("v0", { parent = side, pref = 9 })
      end
    end,
    tool = [[
      tc filter add dev v0 ingress pref 7 handle 1 matchall action drop
      tc filter add dev v0 egress pref 7 handle 1 matchall action drop
    ]],
    json = { "tc -details filter show dev v0 ingress", "tc -details filter show dev v0 egress" },
    read = function(ns) return { ns:filter_list("v0", { parent = "ingress" })[1], ns:filter_list("v0", { parent = "egress" })[1] } end,
    want = { { ingress = true }, { egress = true } },
  },
  {
    "listed and flushed by what they say",
    check = function(ns)
      for pref = 7, 9 do ns:filter_add("v0", { kind = "matchall", ingress = true, pref = pref, classid = "1:2" }) end
      assert(#ns:filter_list("v0", { ingress = true, pref = 8 }) == 1 and #ns:filter_list("v0", { egress = true }) == 0)
      assert(#ns:filter_list { dev = "v0", kind = "matchall" } == 3 and #ns:filter_list { dev = "v2" } == 0)
      assert(ns:filter_flush("v0", { parent = "ingress", pref = 8 }) == 1 and #ns:filter_list "v0" == 2)
    end,
  },
  {
    "an action that is none",
    make = function(ns) ns:filter_add("v0", { kind = "matchall", ingress = true, actions = { "dropp" } }) end,
    fails = { code = "EINVAL", message = "dropp" },
  },
  {
    "one that is there already",
    before = [[
      tc qdisc add dev v0 clsact
      tc filter add dev v0 ingress pref 7 handle 1 matchall action drop
    ]],
    make = function(ns) ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = { "drop" } }) end,
    tool = "tc filter add dev v0 ingress pref 7 handle 1 matchall action drop",
    fails = { code = "EEXIST" },
  },
}
