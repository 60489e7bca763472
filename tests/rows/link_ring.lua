-- Rings of links, and links that secure another: the options of `ip link … type hsr` and `macsec`.

local links = require "links"

local two = "ip link add e0 address 02:00:00:00:00:01 type dummy; ip link add e1 address 02:00:00:00:00:02 type dummy; "

--- An option of a ring.
local function ring(key, value, words, want)
  return {
    ("%s of a ring"):format(key),
    needs = { "hsr", "dummy" },
    before = two,
    make = function(ns) ns:link_add("h0", { type = "hsr", slave1 = "e0", slave2 = "e1", [key] = value }) end,
    tool = "ip link add name h0 type hsr slave1 e0 slave2 e1 " .. words,
    want = { want or { name = "h0", type = "hsr", slave1 = "e0", slave2 = "e1", [key] = value } },
  }
end

--- An option of a MACsec link.
local function secure(key, value, words, more)
  return {
    ("%s of a macsec"):format(key),
    needs = { "macsec", "dummy" },
    before = two,
    make = function(ns)
      local opts = { type = "macsec", link = "e0", [key] = value }
      for name, part in pairs(more or {}) do opts[name] = part end
      ns:link_add("s0", opts)
    end,
    tool = "ip link add link e0 name s0 type macsec " .. words,
    want = { { name = "s0", type = "macsec", link = "e0", [key] = value } },
    again = true,
  }
end

--- The same of one that is there.
local function change(key, value, words)
  return {
    ("%s of a macsec, later"):format(key),
    needs = { "macsec", "dummy" },
    before = two .. "ip link add link e0 name s0 type macsec",
    make = function(ns) ns:link_set("s0", { [key] = value }) end,
    tool = "ip link set s0 type macsec " .. words,
    want = { { name = "s0", [key] = value } },
  }
end

return {
  json = links.json,
  read = links.read,
  write = links.write,
  same = { "num_tx_queues", "num_rx_queues", "seq_nr" },
  ring("supervision", 45, "supervision 45"),
  ring("version", 1, "version 1", { name = "h0", supervision_addr = "01:15:4e:00:01:00" }),
  ring("proto", 1, "proto 1"),
  {
    "interlink of a ring",
    since = "6.10", -- `ip` 6.1 does not know it
    needs = { "hsr", "dummy" },
    before = two .. "ip link add e2 address 02:00:00:00:00:03 type dummy",
    make = function(ns)
      ns:link_add("h0", { type = "hsr", slave1 = "e0", slave2 = "e1", interlink = "e2" })
      -- No kernel shows it again, but in that the link takes every packet.
      assert(ns:output("ip -details link show dev e2"):find "promiscuity 1")
    end,
    want = { { name = "h0", type = "hsr", slave1 = "e0", slave2 = "e1" } },
    write = false,
  },
  {
    "a ring of one",
    needs = { "hsr", "dummy" },
    before = two,
    make = function(ns) ns:link_add("h0", { type = "hsr", slave1 = "e0", slave2 = "e0" }) end,
    tool = "ip link add name h0 type hsr slave1 e0 slave2 e0",
    fails = { code = "EINVAL", object = "h0", kernel = "Slave1 and Slave2 are same" },
  },
  secure("port", 7, "port 7"),
  secure("sci", "0200000000010009", "sci 0200000000010009"),
  secure("icvlen", 12, "icvlen 12"),
  secure("cipher", "gcm-aes-256", "cipher gcm-aes-256"),
  secure("encrypt", true, "encrypt on"),
  secure("protect", false, "protect off"),
  secure("send_sci", false, "send_sci off"),
  secure("end_station", true, "send_sci off end_station on", { send_sci = false }),
  secure("scb", true, "send_sci off scb on", { send_sci = false }),
  secure("replay", true, "replay on window 9", { window = 9 }),
  secure("window", 9, "replay on window 9", { replay = true }),
  secure("validate", "check", "validate check"),
  secure("encodingsa", 2, "encodingsa 2"),
  change("encrypt", true, "encrypt on"),
  change("validate", "strict", "validate strict"),
  change("encodingsa", 3, "encodingsa 3"),
}
