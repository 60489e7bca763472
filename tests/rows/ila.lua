-- How locators of IPv6 addresses are translated: `ip ila` beside `ila_*`.

local function locator(name, opts, words)
  opts.loc_match, opts.loc = "2001:db8:0:1", "fd00:0:0:2"
  return {
    name,
    make = function(ns) ns:ila_add(opts) end,
    tool = "ip ila add loc_match 2001:db8:0:1 loc fd00:0:0:2 " .. words,
    want = { opts },
    again = true,
  }
end

return {
  needs = { "ila" },
  pair = true,
  json = "ip -json ila list",
  same = { "locator", "locator_match" }, -- `ip` prints there what it never wrote
  read = function(ns) return ns:ila_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do
      pcall(ns.ila_delete, ns, { loc_match = record.loc_match })
      pcall(ns.ila_delete, ns, { loc_match = record.loc_match, dev = record.dev })
      ns:ila_add(record)
    end
  end,
  locator("of every link", { csum_mode = "adj-transport", ident_type = "luid" }, "csum-mode adj-transport ident-type luid"),
  locator("of one link", { csum_mode = "no-action", ident_type = "luid", dev = "v0" },
    "csum-mode no-action ident-type luid dev v0"),
  {
    "deleted",
    make = function(ns)
      local one = { loc_match = "2001:db8:0:1", loc = "fd00:0:0:2", csum_mode = "no-action", ident_type = "luid" }
      ns:ila_add(one)
      one.loc_match = "2001:db8:0:3"
      ns:ila_add(one)
      ns:ila_delete { loc_match = "2001:db8:0:3" }
    end,
    tool = "ip ila add loc_match 2001:db8:0:1 loc fd00:0:0:2 csum-mode no-action ident-type luid",
    want = { { loc_match = "2001:db8:0:1" } },
  },
  {
    "no locator",
    make = function(ns) ns:ila_add { loc_match = "2001:db8:0:1" } end,
    fails = { code = "EINVAL", message = 'option "loc" is needed' },
  },
  {
    "deleted without a locator",
    make = function(ns) ns:ila_delete { loc = "2001:db8:0:1" } end,
    fails = { code = "EINVAL", message = 'option "loc_match" is needed' },
  },
  {
    "a locator that is none",
    make = function(ns) ns:ila_add { loc_match = "2001:db8::", loc = "fd00:0:0:2" } end,
    fails = { code = "EINVAL", message = "four groups" },
  },
}
