-- Tables of neighbours: `ip ntable` beside `ntable_change` and `ntable_list`.

--- A row for one parameter of v0; `ip` has times in milliseconds.
local function of_link(key, value, word, name)
  name = name or "arp_cache"
  return {
    ("%s of %s"):format(key, name),
    make = function(ns) ns:ntable_change(name, { dev = "v0", [key] = value }) end,
    tool = ("ip ntable change name %s dev v0 %s %s"):format(name, key, word),
    want = { { name = name, dev = "v0", [key] = value } },
  }
end

return {
  pair = true,
  json = "ip -json ntable show dev v0",
  read = function(ns) return ns:ntable_list "v0" end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:ntable_change(record.name, record) end
  end,
  again = true,
  -- The kernel varies by chance how long it takes an answer for good.
  same = { "reachable", "refcnt" },
  of_link("base_reachable", 20.5, 20500),
  of_link("base_reachable", 20.0, 20000, "ndisc_cache"),
  of_link("retrans", 2.0, 2000),
  of_link("gc_stale", 30.0, 30000),
  of_link("delay_probe", 3.0, 3000),
  of_link("queue", 64, 64),
  of_link("app_probes", 2, 2),
  of_link("ucast_probes", 5, 5),
  of_link("mcast_probes", 6, 6, "ndisc_cache"),
  of_link("anycast_delay", 0.5, 500),
  of_link("proxy_delay", 0.2, 200),
  of_link("proxy_queue", 32, 32),
  of_link("locktime", 0.8, 800),
  {
    "a time with its unit",
    make = function(ns) ns:ntable_change("arp_cache", { dev = "v0", retrans = "400ms" }) end,
    tool = "ip ntable change name arp_cache dev v0 retrans 400",
    want = { { name = "arp_cache", dev = "v0", retrans = 0.4 } },
  },
  {
    "all of a table",
    tool = "true",
    json = "ip -json ntable show name ndisc_cache dev lo",
    read = function(ns)
      local found = ns:ntable_list { name = "ndisc_cache" }
      -- The table itself, and what it has for lo, v0 and v1.
      assert(#found == 4 and found[1].thresh3 and found[1].entries and not found[1].dev)
      return { found[2] }
    end,
    want = { { name = "ndisc_cache", family = "inet6" } },
    write = false,
    again = false,
  },
  {
    "thresholds, in a namespace",
    make = function(ns) ns:ntable_change("arp_cache", { thresh3 = 4096 }) end,
    tool = "ip ntable change name arp_cache thresh3 4096",
    fails = { code = "ENOENT", object = "arp_cache", message = "whole machine" },
  },
  {
    "that of new links, in a namespace",
    make = function(ns) ns:ntable_change("arp_cache", { ucast_probes = 9 }) end,
    tool = "ip ntable change name arp_cache ucast_probes 9",
    fails = { code = "ENOENT", object = "arp_cache", message = "whole machine", hint = "dev" },
  },
  {
    "a table there is not",
    make = function(ns) ns:ntable_change("nosuch_cache", { dev = "v0", queue = 3 }) end,
    tool = "ip ntable change name nosuch_cache dev v0 queue 3",
    fails = { code = "ENOENT", object = "nosuch_cache", message = 'no table of neighbours "nosuch_cache"' },
  },
  {
    "no link for it",
    make = function(ns) ns:ntable_change("arp_cache", { dev = "v9", queue = 3 }) end,
    tool = "ip ntable change name arp_cache dev v9 queue 3",
    fails = { code = "ENODEV", object = "v9" },
  },
}
