-- Actions that filters share: `tc actions` beside `action_*`. Numbers need not be the same in other rows: here `tc` prints them.

local clsact = "tc qdisc add dev v0 clsact\n"

local actions = require "actions"
local elf = require "elf"
local json = require "json"

local function with(opts, more)
  local all = {}
  for _, table in ipairs { opts, more } do
    for key, value in pairs(table) do all[key] = value end
  end
  return all
end

local function list(kind)
  return function(ns) return ns:action_list { kind = kind } end
end

--- What a row of this kind has, and more.
local function row(kind, more)
  return with({
    needs = { "act_" .. kind },
    json = "tc -details actions list action " .. kind,
    read = list(kind),
  }, more)
end

local mirror = { kind = "mirred", egress = "mirror", dev = "v1" }

local rows = {
  pair = true,
  before = clsact,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:action_replace(record) end
  end,
  again = true,
  row("mirred", {
    "numbered by the kernel",
    needs = {},
    make = function(ns) assert(ns:action_add(mirror) == 1 and ns:action_add(mirror) == 2) end,
    tool = "tc actions add action mirred egress mirror dev v1; tc actions add action mirred egress mirror dev v1",
    want = { { kind = "mirred", control = "pipe", ref = 1, bind = 0 }, mirror },
  }),
  row("mirred", {
    "changed",
    needs = {},
    make = function(ns)
      ns:action_add(with(mirror, { index = 5 }))
      assert(ns:action_replace { kind = "mirred", egress = "redirect", dev = "v0", index = 5 } == 5)
    end,
    tool = [[
      tc actions add action mirred egress mirror dev v1 index 5
      tc actions replace action mirred egress redirect dev v0 index 5
    ]],
    want = { { egress = "redirect", dev = "v0", control = "stolen" } },
  }),
  row("mirred", {
    "deleted",
    needs = {},
    make = function(ns)
      for index = 1, 3 do ns:action_add(with(mirror, { index = index })) end
      ns:action_delete { kind = "mirred", index = 2 }
      assert(ns:action_get({ kind = "mirred", index = 3 }).index == 3 and #ns:action_list() == 2)
    end,
    tool = [[
      tc actions add action mirred egress mirror dev v1 index 1
      tc actions add action mirred egress mirror dev v1 index 3
    ]],
    want = { mirror },
  }),
  row("mirred", {
    "flushed, but for what a filter holds",
    needs = {},
    make = function(ns)
      for index = 1, 40 do ns:action_add(with(mirror, { index = index })) end
      assert(#ns:action_list { kind = "mirred" } == 40)
      ns:filter_add("v0", { kind = "u32", ingress = true, actions = { { kind = "mirred", index = 40 } } })
      assert(ns:action_flush { kind = "mirred" } == 39)
    end,
    tool = [[
      tc actions add action mirred egress mirror dev v1 index 40
      tc filter add dev v0 ingress u32 match u32 0 0 action mirred index 40
    ]],
    want = { with(mirror, { ref = 2, bind = 1 }) },
    again = false,
  }),
  row("mirred", {
    "of a filter's, too",
    needs = {},
    make = function(ns) ns:filter_add("v0", { kind = "u32", ingress = true, actions = { mirror } }) end,
    tool = "tc filter add dev v0 ingress u32 match u32 0 0 action mirred egress mirror dev v1",
    want = { with(mirror, { ref = 1, bind = 1 }) },
    again = false,
  }),
  row("mirred", {
    "of two filters",
    make = function(ns)
      ns:action_add(with(mirror, { index = 9 }))
      for _, side in ipairs { "ingress", "egress" } do
        ns:filter_add("v0", { kind = "u32", [side] = true, actions = { { kind = "mirred", index = 9 }, "pass" } })
      end
    end,
    needs = { "act_gact", "act_mirred", "cls_u32", "sch_ingress" },
    tool = [[
      tc actions add action mirred egress mirror dev v1 index 9
      tc filter add dev v0 ingress u32 match u32 0 0 action mirred index 9 action pass
      tc filter add dev v0 egress u32 match u32 0 0 action mirred index 9 action pass
    ]],
    want = { with(mirror, { ref = 3, bind = 2 }) },
    again = false,
  }),
  row("mirred", {
    "out of the links of a block",
    needs = {},
    since = "6.8",
    make = function(ns) ns:action_add { kind = "mirred", egress = "mirror", blockid = 5 } end,
    want = { { egress = "mirror", blockid = 5, control = "pipe" } },
  }),
  row("mirred", {
    "that acted lately",
    needs = {},
    make = function(ns)
      ns:action_add(mirror)
      task.sleep(0.1)
      assert(#ns:action_list { kind = "mirred", since = 60 } == 1 and #ns:action_list { kind = "mirred", since = 0.02 } == 0)
    end,
    tool = "tc actions add action mirred egress mirror dev v1",
    want = { mirror },
  }),
  row("gact", {
    "for software alone",
    make = function(ns) ns:action_add { kind = "drop", skip_hw = true } end,
    tool = "tc actions add action drop skip_hw",
    want = { { kind = "gact", control = "drop", skip_hw = true } },
  }),
  row("skbedit", {
    "of a queue",
    make = function(ns) ns:action_add { kind = "skbedit", queue_mapping = 3 } end,
    tool = "tc actions add action skbedit queue_mapping 3",
    want = { { queue_mapping = 3 } },
  }),
  row("tunnel_key", {
    "never in fragments",
    since = "6.4",
    make = function(ns)
      ns:action_add { kind = "tunnel_key", do_ = "set", src_ip = "10.0.0.1", dst_ip = "10.0.0.2", id = 7, nofrag = true }
    end,
    want = { { dst_ip = "10.0.0.2", nofrag = true } },
  }),
  row("ct", {
    "helped",
    since = "6.3",
    make = function(ns) ns:action_add { kind = "ct", commit = true, helper = "ipv4-tcp-ftp" } end,
    want = { { commit = true, helper = "ipv4-tcp-ftp" } },
  }),
  row("bpf", {
    "of a file, and of the program that is there",
    json = "tc -json actions list action bpf",
    same = { "id", "load_time", "prog.id" },
    make = function(ns)
      elf.write("/run/shared.o", elf.sample)
      ns:action_add { kind = "bpf", object = "/run/shared.o", section = "tc", program = "count" }
      local first = ns:action_get { kind = "bpf", index = 1 }
      ns:action_add { kind = "bpf", prog = first.prog, bpf_name = "again", index = 2 }
    end,
    want = { { bpf_name = "shared.o:[tc]", prog = { name = "count" } }, { bpf_name = "again", prog = { name = "count" } } },
    again = false,
  }),
  {
    "what it has seen",
    before = clsact .. "ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0",
    check = function(ns)
      local index = ns:action_add(mirror)
      ns:filter_add("v0", { kind = "u32", egress = true, actions = { { kind = "mirred", index = index } } })
      local function stats() return ns:action_get({ kind = "mirred", index = index }).stats end
      local fresh = stats()
      assert(fresh.installed < 1 and fresh.first_used == nil)
      ns:ping("10.0.0.2", { count = 1, timeout = 0.2 })
      task.sleep(0.1)
      local seen = stats()
      local told = json.decode(ns:output("tc -s -json actions get action mirred index " .. index))[2].actions[1].stats
      assert(seen.packets > fresh.packets and seen.bytes == told.bytes and seen.packets == told.packets and seen.drops == told.drops)
      assert(seen.installed >= 0.1 and seen.first_used <= seen.installed and seen.last_used <= seen.installed)
    end,
  },
  {
    "for hardware alone, where there is none",
    needs = { "act_gact" },
    make = function(ns) ns:action_add { kind = "drop", skip_sw = true } end,
    tool = "tc actions add action drop skip_sw",
    fails = { code = "EINVAL" },
  },
  {
    "by the rate of an estimator, which nobody asked for",
    needs = { "act_police" },
    make = function(ns) ns:action_add { kind = "police", rate = "1mbit", burst = "10k", avrate = "1mbit" } end,
    tool = "tc actions add action police rate 1mbit burst 10k avrate 1mbit",
    fails = { code = "EINVAL" },
  },
  {
    "one there is",
    before = clsact .. "tc actions add action mirred egress mirror dev v1 index 5",
    make = function(ns) ns:action_add(with(mirror, { index = 5 })) end,
    tool = "tc actions add action mirred egress mirror dev v1 index 5",
    fails = { code = "EEXIST", object = "action mirred 5", message = "action mirred 5 already exists" },
  },
  {
    "one there is not",
    make = function(ns) ns:action_delete { kind = "mirred", index = 5 } end,
    tool = "tc actions delete action mirred index 5",
    fails = { code = "ENOENT", object = "action mirred 5", message = "there is no action mirred 5" },
  },
  {
    "got, and not there",
    make = function(ns) ns:action_get { kind = "ct", index = 5 } end,
    tool = "tc actions get action ct index 5",
    fails = { code = "ENOENT", object = "action ct 5" },
  },
  {
    "shared, and not there",
    make = function(ns) ns:filter_add("v0", { kind = "u32", ingress = true, actions = { { kind = "gact", index = 5 } } }) end,
    fails = { code = "ENOENT", object = "action gact 5", message = "there is no action gact 5" },
  },
  {
    "held by a filter",
    before = clsact .. [[
      tc actions add action mirred egress mirror dev v1 index 5
      tc filter add dev v0 ingress u32 match u32 0 0 action mirred index 5
    ]],
    make = function(ns) ns:action_delete { kind = "mirred", index = 5 } end,
    tool = "tc actions delete action mirred index 5",
    fails = { code = "EBUSY", object = "action mirred 5", message = "action mirred 5 is held by filters (1 of them)", hint = "delete those filters" },
  },
  {
    "of a kind that the kernel lacks",
    lacks = "tc actions add action connmark",
    make = function(ns) ns:action_add { kind = "connmark" } end,
    tool = "tc actions add action connmark",
    fails = { code = "EOPNOTSUPP", message = 'this kernel has no action "connmark"', hint = "act_connmark" },
  },
}

--- Each, and a filter that shares the first of each kind.
local kinds = {}
for _, action in ipairs(actions) do
  local kind = action.kind
  rows[#rows + 1] = row(kind, {
    action.name,
    needs = actions.needs(action),
    has = action.more.has,
    make = function(ns) assert(ns:action_add(with(action.opts, { index = 7 })) == 7) end,
    tool = ("tc actions add action %s %s index 7 %s"):format(kind, action.words, action.common),
    want = { with(action.want, { ref = 1, bind = 0 }) },
  })
  rows[#rows + 1] = not kinds[kind] and {
    action.name .. ", shared",
    needs = actions.needs(action, "sch_ingress", "cls_matchall"),
    has = action.more.has,
    make = function(ns)
      ns:action_add(with(action.opts, { index = 7 }))
      ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, actions = { { kind = kind, index = 7 } } })
    end,
    tool = ([[
      tc actions add action %s %s index 7 %s
      tc filter add dev v0 ingress pref 7 matchall action %s
    ]]):format(kind, action.words, action.common, ("%s %s index 7"):format(kind, action.words)),
    json = { "tc -details actions list action " .. kind, "tc -details filter show dev v0 ingress" },
    read = list(kind),
    want = { with(action.want, { ref = 2, bind = 1 }) },
    again = false,
  } or nil
  kinds[kind] = true
end

return rows
