-- Rows that are wrong, each in one way; `wrong` is part of what the harness must say of it. A row that cannot fail proves
-- nothing.

return {
  pair = true,
  make = function(ns) ns:addr_add("v0", "10.0.0.1/24", { broadcast = "10.0.0.255" }) end,
  tool = "ip addr add 10.0.0.1/24 brd + dev v0",
  json = "ip -json addr show dev v0",
  read = function(ns) return ns:addr_list "v0" end,
  want = { { address = "10.0.0.1/24", scope = "global" } },
  write = function(ns, records)
    ns:addr_flush "v0"
    for _, record in ipairs(records) do ns:addr_add("v0", record.address, record) end
  end,
  again = true,
  patience = 0.2,
  { "a right one", wrong = "" },
  {
    "other JSON",
    tool = "ip addr add 10.0.0.2/24 brd + dev v0",
    wrong = '[1][1].addr_info[1].local: "10.0.0.1" | "10.0.0.2"',
  },
  {
    "one thing more",
    make = function(ns)
      ns:addr_add("v0", "10.0.0.1/24", { broadcast = "10.0.0.255" })
      ns:link_set("v0", { mtu = 1400 })
    end,
    wrong = "[1][1].mtu: 1400 | 1500",
  },
  { "another MAC", tool = "ip addr add 10.0.0.1/24 brd + dev v0; ip link set v0 address 02:00:00:00:00:03", wrong = "02:00:00:00:00:03" },
  { "nothing made", make = function() end, tool = "true", json = "ip -json route", wrong = "shows nothing" },
  { "nothing to read", read = function() return {} end, wrong = "nsl reads nothing" },
  { "something else read", read = function(ns) return { { at = ns.inode } } end, wrong = "[1].at: " },
  { "something else wanted", want = { { address = "10.0.0.1/24", scope = "link" } }, wrong = "not in what nsl reads" },
  {
    "something else written back",
    write = function(ns) ns:link_set("v0", { mtu = 1400 }) end,
    again = false,
    wrong = "after writing back",
  },
  {
    "lost on the way back",
    write = function(ns) ns:addr_flush "v0" end,
    again = false,
    wrong = "after writing back",
  },
  { "not written again", write = function() end, wrong = "written again and by tool" },
  { "make raises", make = function(ns) ns:addr_add("v9", "10.0.0.1/24") end, wrong = "make raised: " },
  { "tool fails", tool = "ip addr add 10.0.0.1/24 dev v9", wrong = 'Cannot find device "v9"' },
  { "before fails", before = "false", wrong = "before failed: false" },
  { "a check", check = function() error "no good" end, wrong = "no good" },
  { "misspelt", wnat = {}, wrong = 'a row has no key "wnat"' },
  { "too slow", limit = 0.5, make = function() task.sleep(100) end, wrong = "ETIMEDOUT" },
  { "dies", make = function() os.exit(0, true) end, wrong = "did not report" },
}
