-- CAN controllers: `ip link … type can`. Virtual ones have no options; the only real one of a kernel here is a terminal whose
-- other end is thought to be an adapter of serial lines (slcan): its other end here is nobody.

--- A controller, x0: the kernel puts it where it began itself, and ends it with its terminal. 0x5423 is TIOCSETD, 17 N_SLCAN.
local function controller(ns)
  local function there()
    for _, link in ipairs(netns.link_list()) do
      if link.type == "can" then return link.name end
    end
  end
  ns:spawn [[
    mkdir -p /dev/pts; mount -t devpts -o ptmxmode=666 none /dev/pts
    exec script -qc "perl -e 'ioctl(STDIN, 0x5423, my \$discipline = pack(\"i\", 17)) or die; sleep 60'" /dev/null
  ]]
  while not there() do task.sleep(0.02) end
  netns.link_set(there(), { netns = ns, name = "x0" })
end

--- A row for a controller that gets these options.
local function can(name, opts, words)
  return {
    name,
    make = function(ns) ns:link_set("x0", opts) end,
    tool = "ip link set x0 type can " .. words,
    want = opts,
  }
end

--- A row for one that refuses them.
local function refused(name, opts, words, fails)
  local row = can(name, opts, words)
  fails.object = "x0"
  row.fails = fails
  return row
end

return {
  needs = { "slcan" },
  has = "grep slcan /proc/tty/ldiscs",
  before = controller,
  json = "ip -json -details link show dev x0",
  read = function(ns) return { ns:link_get "x0" } end,
  write = function(ns, records) ns:link_set("x0", records[1]) end,
  can("bitrate", { bitrate = 500000 }, "bitrate 500000"),
  can("listen_only", { bitrate = 500000, listen_only = true }, "bitrate 500000 listen-only on"),
  {
    "no longer listen_only",
    make = function(ns)
      ns:link_set("x0", { bitrate = 500000, listen_only = true })
      ns:link_set("x0", { listen_only = false })
    end,
    tool = "ip link set x0 type can bitrate 500000 listen-only on; ip link set x0 type can listen-only off",
    want = { bitrate = 500000 },
  },
  refused("a bitrate that it has not", { bitrate = 500001 }, "bitrate 500001", { code = "EINVAL" }),
  refused("a mode that it has not", { loopback = true }, "loopback on", { code = "EOPNOTSUPP" }),
  refused("a terminal resistor that it has not", { termination = 120 }, "termination 120", { code = "EOPNOTSUPP" }),
  refused("no restart", { restart_ms = 100 }, "restart-ms 100",
    { code = "EOPNOTSUPP", kernel = "Device doesn't support restart from Bus Off" }),
}
