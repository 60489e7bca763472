-- Links of the kinds that need no more than a name, and what every link has. `ip link` beside `link_add` and `link_set`.

--- All but `lo`.
local function read(ns)
  local links = {}
  for _, link in ipairs(ns:link_list()) do
    if link.name ~= "lo" then links[#links + 1] = link end
  end
  return links
end

local function write(ns, records)
  for _, record in ipairs(records) do ns:link_set(record.name, record) end
end

local pair = "ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02"

--- A row for one setting of `link_set` on one end of a pair.
local function setting(name, opts, words, want)
  return {
    name,
    before = pair,
    make = function(ns) ns:link_set("v0", opts) end,
    tool = "ip link set v0 " .. words,
    want = want or opts,
  }
end

return {
  json = "ip -json -details link show",
  read = read,
  write = write,
  {
    "a pair",
    make = function(ns)
      ns:veth("v0", "v1", { a = { mac = "02:00:00:00:00:01" }, b = { mac = "02:00:00:00:00:02" } })
    end,
    tool = pair,
    same = { "num_tx_queues", "num_rx_queues" }, -- one of each is all that a pair needs
    want = { { name = "v0", type = "veth", address = "02:00:00:00:00:01" }, { name = "v1" } },
  },
  {
    "a bridge",
    make = function(ns) ns:link_add("br0", { type = "bridge", mac = "02:00:00:00:00:03", up = true }) end,
    tool = "ip link add br0 up address 02:00:00:00:00:03 type bridge",
    want = { { name = "br0", type = "bridge", up = true } },
  },
  {
    "a dummy",
    needs = { "dummy" },
    make = function(ns) ns:link_add("d0", { type = "dummy", mac = "02:00:00:00:00:04", up = true }) end,
    tool = "ip link add d0 up address 02:00:00:00:00:04 type dummy",
    want = { { name = "d0", type = "dummy", up = true } },
  },
  {
    "a kind there is not",
    make = function(ns) ns:link_add("x0", { type = "nosuchkind" }) end,
    tool = "ip link add x0 type nosuchkind",
    fails = { code = "EOPNOTSUPP", object = "x0", message = "nosuchkind" },
  },
  setting("up", { up = true }, "up"),
  setting("mtu", { mtu = 1400 }, "mtu 1400"),
  setting("address", { address = "02:00:00:00:00:09" }, "address 02:00:00:00:00:09"),
  setting("name", { name = "other" }, "name other"),
  setting("alias", { alias = "the first one" }, "alias 'the first one'"),
  setting("group", { group = 7 }, "group 7", { group = "7" }),
  setting("txqueuelen", { txqueuelen = 77 }, "txqueuelen 77"),
  setting("promisc", { promisc = true }, "promisc on"),
  setting("allmulticast", { allmulticast = true }, "allmulticast on"),
  setting("multicast", { multicast = false }, "multicast off"),
  setting("arp", { arp = false }, "arp off"),
  setting("addrgenmode", { addrgenmode = "none" }, "addrgenmode none"),
}
