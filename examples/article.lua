-- article.lua: the classic introduction to Linux network namespaces, step by step, each step with its result asserted.
--
-- Shows  every verb of `ip netns`, loopback, veth pairs, addresses and the routes that follow, a bridge, a router, IPv6,
--        programs in a namespace, and what goes when a namespace goes.
-- Needs  nothing but the kernel (veth, bridge) and `sh`, `true`, `sleep`; as root, or rootless as any user.
-- Usage  nsl article.lua
-- Prints a story that ends in the line
--        article: all steps hold

local made = {} -- the names that this program gave: nothing else on the machine is touched

-- A name that nobody uses: `name` itself, or with a number behind it.
local function free(name)
  local candidate, count = name, 1
  while netns.exists(candidate) do
    count = count + 1
    candidate = name .. "-" .. count
  end
  made[candidate] = true
  return candidate
end

-- A name that no link has where nsl runs.
local function free_link(name)
  local candidate, count = name, 1
  while pcall(netns.link_get, candidate) do
    count = count + 1
    candidate = name .. count
  end
  return candidate
end

-- Whether every named namespace of the machine is this program's, so that verbs on all of them may be used.
local function alone()
  for _, record in ipairs(netns.list()) do
    if not made[record.name] then return false end
  end
  return true
end

-- What `netns.list` says of a name.
local function listed(name)
  for _, record in ipairs(netns.list()) do
    if record.name == name then return record end
  end
end

-- The names of a namespace's links, as one string.
local function links(ns)
  local names = {}
  for i, link in ipairs(netns.link_list(ns)) do
    names[i] = link.name
  end
  return table.concat(names, " ")
end

-- Whether a target answers. A neighbour's address is asked for again after a second, when the first question came before
-- the other side had joined the group that listens to it (IPv6): so wait longer than that.
local function answers(ns, target) return netns.ping(ns, target, { timeout = 5 }).received == 1 end

local function chapter(text) print("# " .. text) end

local function step(text) print("== " .. text) end

local function show(value)
  for line in tostring(value):gmatch "[^\n]+" do
    print("   " .. line)
  end
end

chapter "1. every verb of ip netns"
do
  local monitor <close> = netns.monitor { timeout = 5 } -- listens from here on, and is read below

  step "ip netns add NAME, and ip netns list (or ip netns alone) finds it"
  local left, right = free "ns0", free "ns1"
  local ns0 <close> = netns.add(left) -- <close>: deleted at the end of this block, also after an error
  local ns1 <close> = netns.add(right)
  assert(listed(left) and listed(right) and netns.exists(left))
  assert(ns0 ~= ns1 and ns0 == netns.get(left) and tostring(ns0) == left)
  local ok, err = pcall(netns.add, left)
  assert(not ok and err.code == "EEXIST", err) -- a name stands for one namespace
  show(err.message)

  step "ip netns monitor: names that come and go are seen"
  local event = monitor()
  -- Others of the machine may come first.
  while event and event.name ~= left do
    event = monitor()
  end
  assert(event and event.action == "add")
  show(event.action .. " " .. event.name)

  step "ip netns exec NAME CMD: the program runs inside, and its exit code comes back"
  assert(netns.exec(left, { "true" }).ok)
  assert(netns.exec(left, { "sh", "-c", "exit 3" }).code == 3)
  assert(netns.output(left, "cd /proc/sys/net/ipv4/conf && echo *") == "all default lo") -- it sees lo alone

  step "ip netns pids NAME and ip netns identify PID: who is where"
  local sleeper <close> = netns.spawn(ns0, { "sleep", "60" }) -- goes on beside this program
  local pids = netns.pids(left)
  assert(sleeper:running() and #pids == 1 and pids[1] == sleeper.pid)
  assert(netns.identify(sleeper.pid)[1] == left and #netns.pids(right) == 0)
  show("sleep runs in " .. netns.identify(sleeper.pid)[1])

  step "ip netns attach NAME PID: a second name, for the namespace of a process"
  local second = free "web"
  local web <close> = netns.attach(second, sleeper.pid)
  assert(web == ns0 and netns.get(sleeper.pid) == ns0 and #netns.identify(sleeper.pid) == 2)

  step "ip netns delete NAME: the name goes; the namespace stays while a name or a process holds it"
  netns.delete(second)
  assert(not netns.exists(second) and sleeper:running() and netns.pids(left)[1] == sleeper.pid)
  sleeper:kill()
  assert(sleeper:wait(5).signal == "SIGTERM" and #netns.pids(left) == 0)

  step "ip netns set NAME NETNSID (a number, or auto) and ip netns list-id"
  local id = 100 -- or the next that is free
  while pcall(netns.list_id, { nsid = id }) do
    id = id + 1
  end
  assert(netns.set(left, id) == id and ns0.id == id and listed(left).id == id)
  local auto = netns.set(right, "auto") -- the kernel chooses
  assert(auto >= 0 and auto ~= id and ns1.id == auto)
  local found = netns.list_id { nsid = id }
  assert(#found == 1 and found[1].name == left)
  show(found)

  step "ip netns list-id target-nsid: the ids that another namespace has"
  netns.veth(left .. "/probe", right .. "/probe") -- a link between two gives each an id for the other
  local seen = netns.list_id { target = id }
  assert(#seen == 1 and seen[1].name == right and seen[1].current_id == auto)
  assert(#netns.list_id { target = id, nsid = seen[1].id } == 1)
  show(seen)

  if alone() then
    step "ip -all netns exec CMD and ip -all netns delete: every named namespace at once"
    local count = 0
    for name, result in pairs(netns.exec_all { "true" }) do
      assert(made[name] and result.ok, name)
      count = count + 1
    end
    assert(count == 2 and netns.delete_all() == 2 and #netns.list() == 0)
  else
    step "ip -all netns: left out, this machine has namespaces of others"
  end
end

chapter "2. one namespace"
do
  step "a new namespace has lo and nothing else, and lo is down"
  local name = free "ns0"
  local ns0 <close> = netns.add(name)
  assert(links(ns0) == "lo" and ns0:link_get("lo").operstate == "DOWN")
  assert(#ns0:addr_list() == 0 and #ns0:route_list() == 0)
  assert(netns.ping(ns0, "127.0.0.1").error == "ENETUNREACH") -- not even itself
  show(netns.show(ns0))

  step "up, lo has its addresses and answers"
  netns.link_set(name .. "/lo", { up = true })
  assert(answers(ns0, "127.0.0.1"))
  show(netns.ping(ns0, "127.0.0.1"))

  step "a second namespace sees nothing of the first"
  local ns1 <close> = netns.add(free "ns1")
  ns0:link_add("only-here", { type = "bridge", ip = "10.9.9.9/24", up = true })
  assert(answers(ns0, "10.9.9.9"))
  assert(links(ns1) == "lo" and netns.ping(ns1, "10.9.9.9").error == "ENETUNREACH")
  assert(not pcall(netns.link_get, "only-here")) -- nor does the namespace that nsl runs in
end

chapter "3. two namespaces and a cable"
do
  step "a veth pair is made here and its ends are moved: ip link add, ip link set netns"
  local ns0 <close> = netns.add(free "ns0")
  local ns1 <close> = netns.add(free "ns1")
  local end0 <close> = netns.link_add(free_link "cable", { type = "veth", peer = free_link "plug" })
  local end1 = netns.link(end0:get().peer)
  assert(end1:get().type == "veth" and end1:get().peer == end0.name and end1.index ~= end0.index)
  local veth0 = end0:set { netns = ns0, name = "veth0" }
  local veth1 = end1:set { netns = ns1, name = "veth1" }
  assert(links(ns0) == "lo veth0" and links(ns1) == "lo veth1")
  assert(veth0:get().operstate == "DOWN" and veth1:get().operstate == "DOWN") -- as every new link
  veth0:delete() -- and the other end goes with it
  assert(links(ns0) == "lo" and links(ns1) == "lo")
end
do
  step "or in one message, straight into both namespaces"
  local left, right = free "ns0", free "ns1"
  local ns0 <close> = netns.add(left)
  local ns1 <close> = netns.add(right)
  netns.veth(left .. "/veth0", right .. "/veth1")
  assert(netns.link_get(left .. "/veth0").peer == right .. "/veth1")

  step "an address on each end, and up"
  netns.addr_add(left .. "/veth0", "192.168.1.1/24")
  netns.addr_add(right .. "/veth1", "192.168.1.2/24")
  assert(netns.link_get(left .. "/veth0").operstate == "DOWN")
  netns.link_set(left .. "/veth0", { up = true })
  netns.link_set(right .. "/veth1", { up = true })
  netns.link_wait(left .. "/veth0", { operstate = "UP" }, 5)
  assert(netns.addr_list(left .. "/veth0")[1].address == "192.168.1.1/24")

  step "the route to the network follows from the address; there is nothing else to set, ARP does the rest"
  local routes = netns.route_list(left, { family = "inet" })
  assert(#routes == 1 and routes[1].dst == "192.168.1.0/24" and routes[1].dev == "veth0")
  assert(routes[1].proto == "kernel" and routes[1].src == "192.168.1.1")
  show(routes)
  assert(answers(left, "192.168.1.2") and answers(right, "192.168.1.1"))
  assert(answers(ns0, ns1)) -- a namespace is a target too
  show(netns.ping(left, "192.168.1.2", { count = 3, interval = "10ms", timeout = 5 }))
  assert(netns.ping(left, "192.168.2.1").error == "ENETUNREACH") -- there is no way out

  step "IPv6 across the same pair"
  netns.addr_add(left .. "/veth0", "2001:db8::1/64", { nodad = true })
  netns.addr_add(right .. "/veth1", "2001:db8::2/64", { nodad = true })
  assert(answers(left, "2001:db8::2") and answers(right, "2001:db8::1"))
  assert(netns.route_get(left, "2001:db8::2").dev == "veth0")
  show(netns.ping(left, "2001:db8::2"))

  step "a process keeps its namespace: pids shows it"
  local sleeper <close> = netns.spawn(right, { "sleep", "60" })
  assert(netns.pids(right)[1] == sleeper.pid and #netns.pids(left) == 0)
  sleeper:kill()
  sleeper:wait(5)

  step "a namespace that is deleted takes its end along, and with it the other"
  netns.delete(right)
  -- The kernel does it when it gets to it: on a busy machine that takes a while.
  netns.link_wait(left .. "/veth0", { present = false }, 60)
  assert(links(ns0) == "lo" and not netns.exists(right))
end

chapter "4. a bridge in a namespace of its own, with three hosts"
do
  local switch <close> = netns.add() -- no name: nothing of it can be left over
  local bridge = switch:link_add("br0", { type = "bridge", up = true })
  local hosts = {}
  for i = 1, 3 do
    hosts[i] = netns.add()
    netns.veth(hosts[i]:link "eth0", switch:link("port" .. i), {
      up = true,
      a = { ip = ("10.0.0.%d/24"):format(i) },
      b = { master = bridge },
    })
  end
  bridge:wait({ operstate = "UP" }, 5)
  assert(switch:link_get("port3").master == "br0" and links(switch) == "lo br0 port1 port2 port3")
  for i, host in ipairs(hosts) do
    for j, target in ipairs(hosts) do
      if i ~= j then assert(answers(host, target), i .. " does not reach " .. j) end
    end
  end
  show "all six pairs answer"
  for _, host in ipairs(hosts) do
    host:delete()
  end
end

chapter "5. two networks and a router"
do
  local a <close> = netns.add()
  local router <close> = netns.add()
  local b <close> = netns.add()
  local function connect(host, port, network)
    netns.veth(host:link "eth0", router:link(port), {
      up = true,
      a = { ip = network .. ".2/24" },
      b = { ip = network .. ".1/24" },
    })
  end
  connect(a, "left", "10.1.0")
  connect(b, "right", "10.2.0")
  router:sysctl("net.ipv4.ip_forward", 0)

  step "without routes the hosts reach the router and nothing behind it"
  assert(answers(a, "10.1.0.1") and netns.ping(a, "10.2.0.2").error == "ENETUNREACH")

  step "default routes point to the router, which forwards when told"
  a:route_add("default", { via = "10.1.0.1" })
  b:route_add("default", { via = "10.2.0.1" })
  assert(netns.ping(a, "10.2.0.2", { timeout = 0.1 }).received == 0)
  router:sysctl("net.ipv4.ip_forward", 1)
  assert(answers(a, "10.2.0.2") and answers(b, "10.1.0.2"))
  assert(netns.ping(a, "10.2.0.2").replies[1].ttl == 63) -- one hop less than the 64 it left with
  show(a:route_list { family = "inet" })
end

chapter "6. what nobody named is gone with its block"
do
  local keeper <close> = netns.add()
  local inode
  do
    local anonymous <close> = netns.add()
    inode = anonymous.inode
    netns.veth(keeper:link "eth0", anonymous:link "eth0")
    assert(links(keeper) == "lo eth0")
  end
  keeper:link_wait("eth0", { present = false }, 60)
  for _, record in ipairs(netns.list { all = true }) do
    assert(record.inode ~= inode)
  end
end

for name in pairs(made) do
  assert(not netns.exists(name), name .. " was left behind")
end
print "article: all steps hold"
