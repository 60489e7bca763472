-- Filters and actions that are programs of the extended BPF: `tc filter … bpf object-file` beside `object`.

local elf = require "elf"

local file = "/run/sample.o"

--- The objects that the rows use, in the /run of their own, and a link.
local function before(ns)
  elf.write(file, elf.sample)
  ns:link_add("v0", { type = "veth", peer = "v1" })
  ns:qdisc_add("v0", { kind = "clsact" })
end

--- Before iproute2 loads a program: it wants a BPF file system at the usual place, and takes the machine's for it where the
--- /sys of a namespace covers that.
local there = "mount -t bpf none /sys/fs/bpf 2>/dev/null || :; "

--- Filters with these records, their preferences moved by so much.
local function add(ns, records, moved)
  for _, record in ipairs(records) do
    local copy = { pref = record.pref + moved }
    for key, value in pairs(record) do copy[key] = copy[key] or value end
    ns:filter_add(record.dev, copy)
  end
end

--- What was there goes only when others have its programs: a program that nothing has any more is gone, and its id with it.
local function write(ns, records)
  local before = ns:filter_list "v0"
  add(ns, records, 100)
  for _, one in ipairs(before) do ns:filter_delete("v0", { ingress = true, pref = one.pref }) end
  add(ns, records, 0)
  for _, record in ipairs(records) do ns:filter_delete("v0", { ingress = true, pref = record.pref + 100 }) end
end

--- A row for one filter, given in both ways.
local function program(name, opts, words, want, more)
  opts.kind, opts.ingress, opts.pref, opts.handle = "bpf", true, 7, 1
  want.kind = "bpf"
  local row = {
    name,
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = there .. "tc filter add dev v0 ingress pref 7 handle 1 bpf " .. words,
    want = { want },
  }
  for key, value in pairs(more or {}) do row[key] = value end
  return row
end

local function refused(name, opts, fails, words)
  opts.kind, opts.ingress = "bpf", true
  return {
    name,
    make = function(ns) ns:filter_add("v0", opts) end,
    tool = words and "tc filter add dev v0 ingress bpf " .. words,
    fails = fails,
  }
end

--- Two namespaces with a cable between them: `check` gets one, and a function that says whether the other answers.
local function two_namespaces(check)
  return function(ns)
    local other <close> = netns.add()
    netns.veth(ns:link "a", other:link "b", { up = true, a = { ip = "10.0.0.1/24" }, b = { ip = "10.0.0.2/24" } })
    ns:qdisc_add("a", { kind = "clsact" })
    check(ns, function() return ns:ping("10.0.0.2", { count = 1, timeout = 0.3 }).received == 1 end)
  end
end

--- Loads a program that drops all and pins it, by bpf(2), which is 321 on this processor: `tc` has no word for it.
local pin = [[
  my ($code, $license, $path) = (pack("CCsl" x 2, 0xb7, 0, 0, 2, 0x95, 0, 0, 0), "GPL\0", "/run/bpf/pinned\0");
  unlink "/run/bpf/pinned";
  my $load = pack("LLPP x24 a16 x64", 3, 2, $code, $license, "drop");
  my $fd = syscall(321, 5, $load, length $load);
  my $pin = pack("PL x52", $path, $fd);
  exit($fd < 0 || syscall(321, 6, $pin, length $pin) < 0);
]]

return {
  before = before,
  json = "tc -json filter show dev v0 ingress",
  read = function(ns) return ns:filter_list "v0" end,
  write = write,
  again = true,
  same = { "prog.id" },
  program(
    "by default the section classifier",
    { object = file },
    "object-file /run/sample.o",
    { bpf_name = "sample.o:[classifier]", prog = { name = "pass" } }
  ),
  program(
    "another section",
    { object = file, section = "drop it", direct_action = true },
    "object-file /run/sample.o section 'drop it' direct-action",
    { bpf_name = "sample.o:[drop it]", direct_action = true, prog = { name = "drop" } }
  ),
  program(
    "by the program's name",
    { object = file, program = "drop", direct_action = true },
    "object-file /run/sample.o program drop direct-action",
    { bpf_name = "sample.o:[classifier]", prog = { name = "drop" } }
  ),
  program(
    "a section and the program's name",
    { object = file, section = "tc", program = "count" },
    "object-file /run/sample.o section tc program count",
    { bpf_name = "sample.o:[tc]", prog = { name = "count" } }
  ),
  program(
    "with a map",
    { object = file, section = "tc", direct_action = true, skip_hw = true },
    "object-file /run/sample.o section tc direct-action skip_hw",
    { bpf_name = "sample.o:[tc]", skip_hw = true, prog = { name = "count" } }
  ),
  program(
    "in a class, with an action",
    { object = file, classid = "1:10", actions = { "drop" } },
    "object-file /run/sample.o classid 1:10 action drop",
    { classid = "1:10", actions = { { control = "drop" } } },
    { needs = { "cls_bpf", "sch_ingress", "act_gact", "veth" } }
  ),
  {
    "as an action",
    needs = { "cls_matchall", "cls_bpf", "sch_ingress", "act_bpf", "veth" },
    make = function(ns)
      local act = { kind = "bpf", object = file, control = "pass", index = 5 }
      ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = { act } })
    end,
    tool = there .. "tc filter add dev v0 ingress pref 7 handle 1 matchall action bpf object-file /run/sample.o ok index 5",
    want = { { actions = { { kind = "bpf", control = "pass", bpf_name = "sample.o:[action]", prog = { name = "act" } } } } },
  },
  {
    "as an action, of another section",
    needs = { "cls_matchall", "cls_bpf", "sch_ingress", "act_bpf", "veth" },
    make = function(ns)
      local act = { kind = "bpf", object = file, section = "tc", program = "count" }
      ns:filter_add("v0", { kind = "matchall", ingress = true, pref = 7, handle = 1, actions = act })
    end,
    tool = there .. "tc filter add dev v0 ingress pref 7 handle 1 matchall action bpf object-file /run/sample.o section tc program count",
    want = { { actions = { { bpf_name = "sample.o:[tc]", prog = { name = "count" } } } } },
  },
  {
    "another in its place",
    make = function(ns)
      ns:filter_add("v0", { kind = "bpf", ingress = true, pref = 7, handle = 1, object = file })
      ns:filter_replace("v0", { kind = "bpf", ingress = true, pref = 7, handle = 1, object = file, section = "drop it" })
    end,
    tool = there .. [[
      tc filter add dev v0 ingress pref 7 handle 1 bpf object-file /run/sample.o
      tc filter replace dev v0 ingress pref 7 handle 1 bpf object-file /run/sample.o section 'drop it'
    ]],
    want = { { bpf_name = "sample.o:[drop it]", prog = { name = "drop" } } },
  },
  {
    "it drops what it says, until it is gone",
    check = two_namespaces(function(ns, answers)
      assert(answers(), "no answer before")
      ns:filter_add("a", { kind = "bpf", ingress = true, pref = 1, object = file, section = "drop it", direct_action = true })
      assert(not answers(), "an answer though all is dropped")
      local name = ns:filter_list("a")[1].prog.name
      assert(name == "drop", name)
      ns:filter_delete("a", { ingress = true, pref = 1 })
      assert(answers(), "no answer after")
    end),
  },
  {
    "it uses its map",
    check = two_namespaces(function(ns, answers)
      ns:filter_add("a", { kind = "bpf", ingress = true, pref = 1, object = file, section = "tc", direct_action = true })
      assert(answers(), "no answer")
    end),
  },
  {
    "a map that is pinned by its name",
    needs = { "cls_bpf", "sch_ingress", "veth" },
    before = function(ns)
      before(ns)
      local shared = { "counts", type = 2, key_size = 4, value_size = 8, max_entries = 1, pinning = 1 }
      elf.write("/run/pinned.o", { { "classifier", "count", elf.counting }, maps = { shared } })
    end,
    make = function(ns)
      for pref = 1, 2 do ns:filter_add("v0", { kind = "bpf", ingress = true, pref = pref, object = "/run/pinned.o" }) end
      assert(ns:exec("test -e /run/bpf/tc/globals/counts").ok, "it is not pinned")
    end,
    tool = [[
      tc filter add dev v0 ingress pref 1 bpf object-file /run/pinned.o
      tc filter add dev v0 ingress pref 2 bpf object-file /run/pinned.o
      test -e /run/bpf/tc/globals/counts
    ]],
    want = { { pref = 1, prog = { name = "count" } }, { pref = 2, prog = { name = "count" } } },
  },
  {
    "a program that is pinned",
    needs = { "cls_bpf", "sch_ingress", "veth" },
    before = function(ns)
      before(ns)
      assert(ns:exec({ "perl", "-e", pin }).ok)
    end,
    make = function(ns) ns:filter_add("v0", { kind = "bpf", ingress = true, pref = 7, handle = 1, object_pinned = "/run/bpf/pinned" }) end,
    tool = there .. "tc filter add dev v0 ingress pref 7 handle 1 bpf object-pinned /run/bpf/pinned",
    want = { { bpf_name = "pinned:[*fsobj]", prog = { name = "drop" } } },
  },
  refused("no such file", { object = "/run/sampel.o" }, {
    code = "ENOENT",
    message = 'cannot read the object file "/run/sampel.o"',
    hint = 'did you mean "sample.o"?',
  }, "object-file /run/sampel.o"),
  refused("no such section", { object = file, section = "drop_it" }, {
    code = "ENOENT",
    message = '"/run/sample.o" has no program in a section "drop_it"',
    hint = 'did you mean "drop it"?',
  }, "object-file /run/sample.o section drop_it"),
  refused("no such program", { object = file, program = "dorp" }, {
    code = "ENOENT",
    message = '"/run/sample.o" has no program "dorp"',
    hint = 'did you mean "drop"?',
  }, "object-file /run/sample.o program dorp"),
  refused("the verifier refuses it", { object = file, section = "broken" }, {
    code = "EACCES",
    message = 'the kernel refuses section "broken" of "/run/sample.o"',
    kernel = "R6 !read_ok",
  }, "object-file /run/sample.o section broken"),
  refused("no object at all", { object = "/proc/version" }, {
    code = "EINVAL",
    message = '"/proc/version" is no object file of BPF programs: it is no ELF file',
  }, "object-file /proc/version"),
  refused("a program of another machine", { object = "/bin/true" }, {
    code = "EINVAL",
    message = "it is for another machine",
  }),
  refused("a directory", { object = "/run" }, { code = "EISDIR", message = 'cannot read the object file "/run"' }),
  refused("nothing is pinned there", { object_pinned = "/run/sample.o" }, {
    code = "EACCES",
    message = 'no program is pinned at "/run/sample.o"',
  }, "object-pinned /run/sample.o"),
  refused("a file and a path", { object = file, object_pinned = "/run/sample.o" }, {
    code = "EINVAL",
    message = 'options "object" and "object_pinned" exclude each other',
  }),
  refused("a file and bytecode", { object = file, bytecode = "1,6 0 0 1" }, {
    code = "EINVAL",
    message = 'options "object" and "bytecode" exclude each other',
  }),
  refused("a section without a file", { section = "tc" }, {
    code = "EINVAL",
    message = 'option "section" needs "object"',
  }),
  refused("a program that is gone", { prog = { id = 4000000000 } }, {
    code = "ENOENT",
    message = "no BPF program has the id 4000000000",
  }),
  refused("a program that is none", { prog = 3 }, { code = "EINVAL", message = 'option "prog" must be' }),
}
