-- Programs that see first what a link receives: `ip link set … xdp object` beside `xdp`.

local elf = require "elf"

local file = "/run/sample.o"

local function before(ns)
  elf.write(file, elf.sample)
  ns:link_add("v0", { type = "veth", peer = "v1", address = "02:00:00:00:00:01" })
end

--- A device that is only simulated, eth0.
local function simulated(ns)
  elf.write(file, elf.sample)
  assert(ns:exec([[
    i=0; while test -e /sys/bus/netdevsim/devices/netdevsim$i; do i=$((i + 1)); done
    echo $i 1 1 >/sys/bus/netdevsim/new_device; ip link set eth0 address 02:00:00:00:00:07]]).ok)
end

--- A row for one program, given in both ways.
local function program(name, key, opts, words, mode, prog)
  return {
    name,
    make = function(ns) ns:link_set("v0", { [key] = opts }) end,
    tool = ("ip link set dev v0 %s %s"):format(key, words),
    want = { { xdp = { mode = mode, prog = { name = prog }, attached = { { mode = mode, prog = { name = prog } } } } } },
  }
end

local function refused(name, opts, fails)
  return { name, make = function(ns) ns:link_set("v0", opts) end, fails = fails }
end

return {
  before = before,
  json = "ip -json link show dev v0",
  read = function(ns) return ns:link_get "v0" end,
  write = function(ns, records) ns:link_set("v0", records) end,
  same = { "prog.id", "num_tx_queues", "num_rx_queues" },
  program("by default the section prog", "xdp", { object = file }, "object /run/sample.o", 1, "let_in"),
  program("another section, as any link", "xdpgeneric", { object = file, section = "xdp" }, "object /run/sample.o section xdp", 2, "keep_out"),
  program("by the driver", "xdpdrv", { object = file, program = "keep_out" }, "object /run/sample.o program keep_out", 1, "keep_out"),
  {
    "by hardware",
    needs = { "dummy" },
    has = "test -d /sys/bus/netdevsim",
    before = simulated,
    make = function(ns) ns:link_set("eth0", { xdpoffload = { object = file } }) end,
    tool = "ip link set dev eth0 xdpoffload object /run/sample.o",
    json = "ip -json link show dev eth0",
    read = function(ns) return ns:link_get "eth0" end,
    write = function(ns, record) ns:link_set("eth0", record) end,
    want = { { xdp = { mode = 3, prog = { name = "let_in" } } } },
    same = { "id", "parentdev", "phys_switch_id" },
  },
  {
    "by hardware, off again",
    needs = { "dummy" },
    has = "test -d /sys/bus/netdevsim",
    before = simulated,
    check = function(ns)
      ns:link_set("eth0", { xdpoffload = { object = file, program = "keep_out" }, mtu = 1400 })
      assert(ns:link_get("eth0").xdp.mode == 3)
      ns:link_set("eth0", { xdpoffload = "off" })
      assert(ns:link_get("eth0").xdp == nil)
    end,
  },
  refused("by hardware that there is not", { xdpoffload = { object = file } }, { code = "EINVAL", object = "v0" }),
  {
    "another in its place",
    make = function(ns)
      ns:link_set("v0", { xdp = { object = file } })
      ns:link_set("v0", { xdp = { object = file, section = "xdp" } })
    end,
    tool = "ip link set dev v0 xdp object /run/sample.o; ip -force link set dev v0 xdp object /run/sample.o section xdp",
    want = { { xdp = { mode = 1, prog = { name = "keep_out" } } } },
  },
  {
    "off again",
    make = function(ns)
      ns:link_set("v0", { xdpgeneric = { object = file } })
      assert(ns:link_get("v0").xdp.mode == 2)
      ns:link_set("v0", { xdpgeneric = "off" })
      assert(ns:link_get("v0").xdp == nil)
    end,
    tool = "ip link set dev v0 xdpgeneric object /run/sample.o; ip link set dev v0 xdpgeneric off",
    want = { { name = "v0" } },
  },
  {
    "it comes back when a later change is refused",
    check = function(ns)
      ns:link_set("v0", { xdp = { object = file } })
      local fine = pcall(ns.link_set, ns, "v0", { xdp = { object = file, section = "xdp" }, name = "lo" })
      assert(not fine, "a name that is taken")
      assert(ns:link_get("v0").xdp.prog.name == "let_in", ns:link_get("v0").xdp.prog.name)
    end,
  },
  {
    "it lets nothing in, until it is off",
    check = function(ns)
      local other <close> = netns.add()
      netns.veth(ns:link "a", other:link "b", { up = true, a = { ip = "10.0.0.1/24" }, b = { ip = "10.0.0.2/24" } })
      local function answers() return ns:ping("10.0.0.2", { count = 1, timeout = 0.3 }).received == 1 end
      assert(answers(), "no answer before")
      ns:link_set("a", { xdp = { object = file, section = "xdp" } })
      assert(not answers(), "an answer though nothing is let in")
      ns:link_set("a", { xdp = false })
      assert(answers(), "no answer after")
    end,
  },
  {
    "a new link with a program",
    needs = { "dummy", "veth" },
    check = function(ns)
      ns:link_add("d0", { type = "dummy", xdpgeneric = { object = file } })
      ns:link_add("d1", { type = "veth", peer = "d2", xdp = { object = file } })
      for _, name in ipairs { "d0", "d1" } do assert(ns:link_get(name).xdp.prog.name == "let_in", name) end
    end,
  },
  refused("the verifier refuses it", { xdp = { object = file, section = "broken" } }, {
    code = "EACCES",
    message = 'the kernel refuses section "broken" of "/run/sample.o"',
    kernel = "R6 !read_ok",
  }),
  refused("two ways at once", { xdp = "off", xdpdrv = "off" }, {
    code = "EINVAL",
    message = 'options "xdp" and "xdpdrv" exclude each other',
  }),
  refused("no file", { xdp = {} }, { code = "EINVAL", message = 'option "object" is needed' }),
  refused("no program", { xdp = true }, { code = "EINVAL", message = "xdp" }),
  refused("no such section", { xdp = { object = file, section = "xpd" } }, {
    code = "ENOENT",
    message = 'has no program in a section "xpd"',
    hint = 'did you mean "xdp"?',
  }),
}
