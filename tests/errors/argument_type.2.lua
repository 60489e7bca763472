netns.add "ns0"
local calls = {
  { "add", {} }, { "add", 3 }, { "add", true }, { "get", {} }, { "get" }, { "exists" }, { "attach", "x" },
  { "attach", "x", {} }, { "set", "ns0", "five" }, { "set", "ns0", 1.5 }, { "delete", 5 }, { "identify", "self" },
  { "pids", 5 }, { "exec", "ns0" }, { "exec", "ns0", 5 }, { "exec", "ns0", { {} } }, { "exec", 5, "true" },
  { "output", "ns0", true }, { "spawn", "ns0", print }, { "veth", 5, "b" }, { "link_add", {} }, { "link_get" },
  { "link_set", "ns0/lo", 5 }, { "link_list", "ns0/lo", 5 }, { "link_wait", "ns0/lo", 1 }, { "addr_add", "ns0/lo" },
  { "addr_add", "ns0/lo", 5 }, { "addr_add", "ns0/lo", {} }, { "addr_list", 5 }, { "route_add", "ns0" },
  { "route_add", "ns0", "default", 5 }, { "route_get", "ns0", 5 }, { "routes_add", "ns0", 5 },
  { "routes_add", "ns0", { 5 } }, { "sysctl", "ns0" }, { "sysctl", "ns0", "net.ipv4.ip_forward", {} },
  { "sysctl", "ns0", "net.ipv4.ip_forward", nil }, { "ping", "ns0" }, { "ping", "ns0", 5 }, { "show", {} },
  { "list", "all" }, { "monitor", 1 },
}
for _, call in ipairs(calls) do
  local ok, e = pcall(netns[call[1]], table.unpack(call, 2, call[1] == "sysctl" and #call == 3 and 4 or #call))
  print(call[1], ok or e.code .. ": " .. e.message)
end
print(select(2, pcall(task.sleep)).message)
print(select(2, pcall(task.sleep, "soon")).message)
print(select(2, pcall(os.exit, {})).message)
print(select(2, pcall(io.write, {})))
