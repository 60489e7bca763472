-- kept.lua: a lab that stays up when nsl ends, is looked into from the shell, and is changed while it runs.
--
-- Shows  a file that declares a lab and returns it; `nsl plan`, `up`, `ps`, `exec`, `diff`, `down` with it; the same file
--        brought up again with more hosts, of which only what differs is made; a change by hand that is found and mended.
-- Needs  nothing but the kernel (veth) and iproute2 for the looks inside; as root, or as any user who has XDG_RUNTIME_DIR.
-- Usage  nsl plan kept.lua
--        nsl up kept.lua
--        nsl ps
--        nsl exec kept/h1 -- ip route get 10.0.0.5
--        nsl diff kept.lua 4
--        nsl up kept.lua 4
--        nsl exec h4 -- ip -brief address
--        nsl exec kept/h2 -- ip link set eth0 mtu 1400
--        nsl diff kept.lua 4
--        nsl up kept.lua 4
--        nsl down kept

local hosts = tonumber(arg[1]) or 3

local net = lab.new() -- called like its file, "kept"
local r1 = net:router "r1"
for i = 1, hosts do
  net:link(net:host("h" .. i), r1)
end
return net
