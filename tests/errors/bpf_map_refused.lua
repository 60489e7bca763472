package.path = "../rows/driver/?.lua"
local elf = require "elf"
elf.write("/run/sample.o", {
  { "classifier", "count", elf.counting },
  maps = { { "counts", type = 9999, key_size = 4, value_size = 8, max_entries = 1 } },
})
netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "clsact" })
netns.filter_add("ns0/lo", { kind = "bpf", ingress = true, object = "/run/sample.o" })
