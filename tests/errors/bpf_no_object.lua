package.path = "../rows/driver/?.lua"
local elf = require "elf"
elf.write("/run/sample.o", "none")
netns.add "ns0"
netns.qdisc_add("ns0/lo", { kind = "clsact" })
netns.filter_add("ns0/lo", { kind = "bpf", ingress = true, object = "/run/sample.o" })
