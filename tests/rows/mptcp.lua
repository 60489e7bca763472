-- Addresses and limits of Multipath TCP: `ip mptcp` beside `mptcp_*`.

local function endpoint(name, opts, words, want)
  return {
    name,
    make = function(ns) ns:mptcp_endpoint_add(opts) end,
    tool = "ip mptcp endpoint add " .. words,
    want = { want or opts },
    again = true,
  }
end

return {
  pair = true,
  before = "ip addr add 10.0.0.1/24 dev v0",
  json = "ip -json mptcp endpoint show",
  read = function(ns) return ns:mptcp_endpoint_list() end,
  write = function(ns, records)
    ns:mptcp_endpoint_flush()
    for _, record in ipairs(records) do ns:mptcp_endpoint_add(record) end
  end,
  endpoint("of IPv4", { address = "10.0.0.1", id = 3, signal = true }, "10.0.0.1 id 3 signal"),
  endpoint("of IPv6", { address = "fd00::1", id = 4, subflow = true, backup = true }, "fd00::1 id 4 subflow backup"),
  {
    "for what peers tell",
    since = "6.18",
    has = "ip mptcp endpoint show",
    make = function(ns) ns:mptcp_endpoint_add { address = "10.0.0.1", laminar = true } end,
    want = { { address = "10.0.0.1", laminar = true } },
    read = function(ns) return ns:mptcp_endpoint_list { laminar = true } end,
    json = false,
    write = false,
    again = false,
  },
  endpoint("of a link", { address = "10.0.0.1", dev = "v0", subflow = true, fullmesh = true },
    "10.0.0.1 dev v0 subflow fullmesh"),
  endpoint("with a port", { address = "10.0.0.1", port = 8080, signal = true }, "10.0.0.1 port 8080 signal"),
  {
    "changed",
    make = function(ns)
      ns:mptcp_endpoint_add { address = "10.0.0.1", id = 1, subflow = true }
      ns:mptcp_endpoint_add { address = "10.0.0.2", id = 2, subflow = true, backup = true }
      ns:mptcp_endpoint_change { id = 1, backup = true }
      ns:mptcp_endpoint_change { address = "10.0.0.2", backup = false }
    end,
    tool = "ip mptcp endpoint add 10.0.0.1 id 1 subflow backup; ip mptcp endpoint add 10.0.0.2 id 2 subflow",
    want = { { id = 1, backup = true }, { id = 2, subflow = true } },
  },
  {
    "deleted and flushed",
    make = function(ns)
      for id = 1, 3 do ns:mptcp_endpoint_add { address = "10.0.0." .. id, id = id, signal = true } end
      ns:mptcp_endpoint_delete { id = 2 }
      assert(ns:mptcp_endpoint_list({ id = 3 })[1].address == "10.0.0.3")
      assert(ns:mptcp_endpoint_flush() == 2)
      ns:mptcp_endpoint_add { address = "10.0.0.9", id = 9, signal = true }
    end,
    tool = "ip mptcp endpoint add 10.0.0.9 id 9 signal",
    want = { { id = 9 } },
  },
  {
    "limits",
    make = function(ns)
      local limits = ns:mptcp_limits { subflows = 4, add_addr_accepted = 3 }
      assert(limits.subflows == 4)
    end,
    tool = "ip mptcp limits set subflows 4 add_addr_accepted 3",
    json = "ip -json mptcp limits show",
    read = function(ns) return { ns:mptcp_limits() } end,
    write = function(ns, records) ns:mptcp_limits(records[1]) end,
    want = { { subflows = 4, add_addr_accepted = 3 } },
    again = true,
  },
  {
    "one there is",
    before = "ip mptcp endpoint add 10.0.0.1 id 1 signal",
    make = function(ns) ns:mptcp_endpoint_add { address = "10.0.0.1", id = 1, signal = true } end,
    tool = "ip mptcp endpoint add 10.0.0.1 id 1 signal",
    fails = { object = "endpoint 1 10.0.0.1 of Multipath TCP" },
  },
  {
    "one there is not",
    make = function(ns) ns:mptcp_endpoint_delete { id = 9 } end,
    tool = "ip mptcp endpoint delete id 9",
    fails = { code = "EINVAL", message = "there is no endpoint 9 of Multipath TCP" },
  },
  {
    "an id there is",
    before = "ip mptcp endpoint add 10.0.0.1 id 1 signal",
    make = function(ns) ns:mptcp_endpoint_add { address = "10.0.0.2", id = 1, signal = true } end,
    tool = "ip mptcp endpoint add 10.0.0.2 id 1 signal",
    fails = { code = "EBUSY", message = "endpoint 1 10.0.0.2 of Multipath TCP", hint = "another id" },
  },
  {
    "one too many",
    before = "for i in 1 2 3 4 5 6 7 8; do ip mptcp endpoint add 10.0.0.$i id $i signal; done",
    make = function(ns) ns:mptcp_endpoint_add { address = "10.0.0.9", signal = true } end,
    tool = "ip mptcp endpoint add 10.0.0.9 signal",
    fails = { code = "ERANGE", message = "no room for endpoint 10.0.0.9", hint = "eight" },
  },
  {
    "of no address",
    make = function(ns) ns:mptcp_endpoint_add { id = 1 } end,
    fails = { code = "EINVAL", message = 'option "address" is needed' },
  },
  {
    "a kernel without",
    needs = { "dummy" },
    lacks = "ip mptcp endpoint show",
    make = function(ns) ns:mptcp_endpoint_add { address = "10.0.0.1", subflow = true } end,
    fails = { code = "EOPNOTSUPP", message = "does not support Multipath TCP", hint = "use a kernel with CONFIG_MPTCP" },
  },
  {
    "none in particular",
    make = function(ns) ns:mptcp_endpoint_change { backup = true } end,
    fails = { code = "EINVAL", message = 'option "id" is needed' },
  },
  {
    "made by the kernel alone",
    make = function(ns) ns:mptcp_endpoint_add { address = "10.0.0.1", implicit = true } end,
    fails = { code = "EINVAL", kernel = "IMPLICIT" },
  },
}
