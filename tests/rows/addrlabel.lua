-- Labels of IPv6 prefixes: `ip addrlabel` beside `addrlabel_*`.

local rows = require "rows"

local function label(name, prefix, opts, words, want)
  return {
    name,
    make = function(ns) ns:addrlabel_add(prefix, opts) end,
    tool = ("ip addrlabel add prefix %s %s"):format(prefix, words),
    want = want,
    again = true,
  }
end

return {
  pair = true,
  json = "ip -json addrlabel list",
  read = function(ns) return ns:addrlabel_list() end,
  write = rows.rewrites("addrlabel", "prefix"),
  label("of a prefix", "2001:db8::/32", { label = 99 }, "label 99", { { prefix = "2001:db8::/32", label = 99 } }),
  label("of an address", "2001:db8::1", { label = 7 }, "label 7", { { prefix = "2001:db8::1/128", label = 7 } }),
  label("of a link", "2001:db8::/32", { label = 99, dev = "v0" }, "label 99 dev v0", {
    { prefix = "2001:db8::/32", label = 99, dev = "v0" },
    { prefix = "::/0", label = 1 },
  }),
  {
    "the kernel's own",
    tool = "true",
    want = { { prefix = "::1/128", label = 0 }, { prefix = "2002::/16", label = 2 } },
  },
  {
    "deleted",
    make = function(ns)
      ns:addrlabel_add("2001:db8::/32", { label = 99 })
      ns:addrlabel_delete("2001:db8::/32")
      ns:addrlabel_delete("2002::/16", { label = 2 })
    end,
    tool = "ip addrlabel del prefix 2002::/16 label 2",
    want = { { prefix = "::1/128" } },
  },
  {
    "flushed",
    make = function(ns)
      assert(ns:addrlabel_flush() > 5)
      ns:addrlabel_add("2001:db8::/32", { label = 99 })
    end,
    tool = "ip addrlabel flush; ip addrlabel add prefix 2001:db8::/32 label 99",
    want = { { prefix = "2001:db8::/32" } },
  },
  {
    "one there is",
    before = "ip addrlabel add prefix 2001:db8::/32 label 3",
    make = function(ns) ns:addrlabel_add("2001:db8::/32", { label = 4 }) end,
    tool = "ip addrlabel add prefix 2001:db8::/32 label 4",
    fails = { code = "EEXIST", object = "2001:db8::/32", message = "label of 2001:db8::/32" },
  },
  {
    "one there is not",
    make = function(ns) ns:addrlabel_delete "2001:db8::/32" end,
    tool = "ip addrlabel del prefix 2001:db8::/32 label 3",
    fails = { code = "ESRCH", object = "2001:db8::/32", message = "there is no label of 2001:db8::/32" },
  },
  {
    "without a label",
    make = function(ns) ns:addrlabel_add("2001:db8::/32", {}) end,
    tool = "ip addrlabel add prefix 2001:db8::/32",
    fails = { code = "EINVAL", object = "2001:db8::/32", message = "needs its number", hint = "label = " },
  },
  {
    "of IPv4",
    make = function(ns) ns:addrlabel_add("10.0.0.0/8", { label = 3 }) end,
    fails = { code = "EINVAL", message = '"10.0.0.0" is no IPv6 address' },
  },
}
