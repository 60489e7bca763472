-- Programs of the extended BPF that see the packets of a route: `ip route … encap bpf` beside `encap = { type = "bpf" }`.

local elf = require "elf"
local encap = require "encap"
local routes = require "routes"

local file = "/run/route.o"

--- 0: the packet goes on; 2: it is dropped.
local sample = {
  { "in", "come_in", "r0 = 0\nexit" },
  { "out", "go_out", "r0 = 0\nexit" },
  { "prog", "sent", "r0 = 0\nexit" },
  { "none", "none", "r0 = 2\nexit" },
}

local function row(name, opts, words, want)
  opts.type = "bpf"
  return {
    name,
    make = function(ns)
      elf.write(file, sample)
      ns:route_add("10.9.0.0/16", { via = "10.0.0.2", dev = "v0", encap = opts })
    end,
    tool = "ip route add 10.9.0.0/16 encap bpf " .. words .. " via 10.0.0.2 dev v0",
    want = { { dst = "10.9.0.0/16", encap = want } },
  }
end

return encap.file({
  needs = { "dummy" },
  has = [[ip link add v0 up type veth peer name v1; ip route add 2001:db8:9::/48 encap bpf headroom 3 dev v0 2>&1 |
          grep -q 'Invalid argument']],
  again = false,
  write = false,
}, {
  row("in", { in_ = { object = file, section = "in" } }, "in obj /run/route.o section in",
    { type = "bpf", ["in"] = { bpf_name = "route.o:[in]" } }),
  row("out", { out = { object = file, section = "out" } }, "out obj /run/route.o section out",
    { type = "bpf", out = { bpf_name = "route.o:[out]" } }),
  row("xmit by default", { xmit = { object = file }, headroom = 14 }, "xmit obj /run/route.o section prog headroom 14",
    { type = "bpf", xmit = { bpf_name = "route.o:[prog]" } }),
  row("all", { in_ = { object = file, section = "in" }, out = { object = file, program = "go_out" }, xmit = { object = file } },
    "in obj /run/route.o section in out obj /run/route.o section prog xmit obj /run/route.o section prog",
    { ["in"] = { bpf_name = "route.o:[in]" }, xmit = { bpf_name = "route.o:[prog]" } }),
  {
    "a program that lets nothing out",
    check = function(ns)
      elf.write(file, sample)
      local other <close> = netns.add()
      netns.veth(ns:link "e", other:link "e", { up = true, a = { ip = "192.0.2.1/24" }, b = { ip = "192.0.2.2/24" } })
      other:addr_add("lo", "198.51.100.1/32")
      ns:route_add("198.51.100.0/24", { via = "192.0.2.2" })
      assert(ns:ping("198.51.100.1").received == 1)
      ns:route_replace("198.51.100.0/24", { via = "192.0.2.2", encap = { type = "bpf", out = { object = file, section = "none" } } })
      assert(not pcall(ns.ping, ns, "198.51.100.1", { timeout = 0.3 }) or ns:ping("198.51.100.1", { timeout = 0.3 }).received == 0)
      ns:route_replace("198.51.100.0/24", { via = "192.0.2.2", encap = { type = "bpf", out = { object = file, section = "out" } } })
      assert(ns:ping("198.51.100.1").received == 1)
    end,
  },
  {
    "a nexthop's",
    make = function(ns)
      elf.write(file, sample)
      ns:nexthop_add(7, { via = "10.0.0.2", dev = "v0", encap = { type = "bpf", xmit = { object = file } } })
    end,
    json = "ip nexthop",
    read = function(ns) return ns:nexthop_list() end,
    want = { { id = 7, encap = { type = "bpf", xmit = { bpf_name = "route.o:[prog]" } } } },
  },
  {
    "at a segment of a node's own",
    has = encap.try "seg6local action End",
    make = function(ns)
      elf.write(file, sample)
      ns:route_add("2001:db8:9::/48", { dev = "v0", encap = { type = "seg6local", action = "End.BPF", endpoint = { object = file } } })
    end,
    tool = "ip route add 2001:db8:9::/48 encap seg6local action End.BPF endpoint obj /run/route.o section prog dev v0",
    want = { { encap = { type = "seg6local", action = "End.BPF", endpoint = { bpf_name = "route.o:[prog]" } } } },
    same = { "prog.id" },
    write = routes.write,
  },
  {
    "no program",
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "bpf", out = {} } }) end,
    fails = { code = "EINVAL", message = '"object" is needed' },
  },
  {
    "a misspelt word",
    make = function(ns) ns:route_add("10.9.0.0/16", { dev = "v0", encap = { type = "bpf", out = { objet = file } } }) end,
    fails = { code = "EINVAL", message = "objet", hint = "object" },
  },
})
