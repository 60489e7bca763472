-- Addresses of multicast that links listen to: `ip maddr` beside `maddr_*`.

local mac = "01:00:5e:00:00:05"

return {
  pair = true,
  before = [[
    ip link set v0 up; ip link set v1 up
    until ip maddr show dev v0 | grep -q ff00:1 && ip maddr show dev v1 | grep -q ff00:2; do sleep 0.01; done
  ]],
  json = "ip -json maddr show",
  read = function(ns) return ns:maddr_list() end,
  {
    "added",
    make = function(ns) ns:maddr_add("v0", mac) end,
    tool = ("ip maddr add %s dev v0"):format(mac),
    want = { { dev = "v0", family = "link", address = mac, users = 1, static = true } },
  },
  {
    "those of the kernel's",
    tool = "true",
    want = {
      { dev = "v0", family = "inet", address = "224.0.0.1", users = 1 },
      { dev = "v1", family = "inet6", address = "ff02::1" },
      { dev = "v0", family = "inet6", address = "ff02::1:ff00:1" },
      { dev = "v0", family = "link", address = "33:33:00:00:00:01" },
    },
  },
  {
    "a group that is joined",
    make = function(ns) ns:addr_add("v0", "239.1.2.3/24", { autojoin = true }) end,
    tool = "ip addr add 239.1.2.3/24 dev v0 autojoin",
    want = { { dev = "v0", family = "inet", address = "239.1.2.3" }, { family = "link", address = "01:00:5e:01:02:03" } },
  },
  {
    "deleted",
    make = function(ns)
      ns:maddr_add("v0", mac)
      ns:maddr_add("v0", "01:00:5e:00:00:06")
      ns:maddr_delete("v0", mac)
    end,
    tool = "ip maddr add 01:00:5e:00:00:06 dev v0",
    want = { { dev = "v0", address = "01:00:5e:00:00:06", static = true } },
  },
  {
    "of one link and family",
    tool = "true",
    json = "ip -json -4 maddr show dev v0",
    read = function(ns) return ns:maddr_list("v0", { family = "inet" }) end,
    want = { { dev = "v0", family = "inet", address = "224.0.0.1" } },
  },
  {
    "one there is not",
    make = function(ns) ns:maddr_delete("v0", mac) end,
    tool = ("ip maddr del %s dev v0"):format(mac),
    fails = { code = "ENOENT", object = "v0", message = "there is no address 01:00:5e:00:00:05 of multicast" },
  },
  {
    "of a link that keeps none",
    make = function(ns) ns:maddr_add("lo", mac) end,
    tool = ("ip maddr add %s dev lo"):format(mac),
    fails = { code = "EINVAL", object = "lo", message = "keeps no addresses of multicast" },
  },
  {
    "no link for it",
    make = function(ns) ns:maddr_add("v9", mac) end,
    tool = ("ip maddr add %s dev v9"):format(mac),
    fails = { code = "ENODEV", object = "v9" },
  },
}
