-- Tunnels of L2TPv3 and the sessions in them: `ip l2tp` beside `l2tp_*`.

local TUNNELS, SESSIONS = "ip -json l2tp show tunnel", "ip -json l2tp show session"
local V4 = "tunnel_id 1 peer_tunnel_id 2 local 10.0.0.1 remote 10.0.0.2"
local V6 = "tunnel_id 1 peer_tunnel_id 2 local fd00::1 remote fd00::2"

local function opts_of(family, more)
  local opts = { tunnel_id = 1, peer_tunnel_id = 2 }
  opts["local"], opts.remote = family .. "1", family .. "2"
  for key, value in pairs(more) do opts[key] = value end
  return opts
end

local function read(ns)
  local all = ns:l2tp_tunnel_list()
  for _, session in ipairs(ns:l2tp_session_list()) do all[#all + 1] = session end
  return all
end

local function write(ns, records)
  for _, record in ipairs(records) do
    if record.encap then
      pcall(ns.l2tp_tunnel_delete, ns, record)
      ns:l2tp_tunnel_add(record)
    else
      ns:l2tp_session_add(record)
    end
  end
end

local function tunnel(name, family, more, words, want)
  return {
    name,
    make = function(ns) ns:l2tp_tunnel_add(opts_of(family, more)) end,
    tool = "ip l2tp add tunnel " .. (family:find ":" and V6 or V4) .. " " .. words,
    json = TUNNELS,
    want = { want or more },
    again = true,
  }
end

local before = "ip addr add 10.0.0.1/24 dev v0; ip addr add fd00::1/64 dev v0 nodad; ip link set v0 up"
local with_tunnel = before .. "; ip l2tp add tunnel encap ip " .. V4

local function session(name, more, words, want)
  local opts = { tunnel_id = 1, session_id = 10, peer_session_id = 20, name = "l0" }
  for key, value in pairs(more) do opts[key] = value end
  return {
    name,
    before = with_tunnel,
    make = function(ns) ns:l2tp_session_add(opts) end,
    tool = "ip l2tp add session name l0 tunnel_id 1 session_id 10 peer_session_id 20 " .. words,
    json = { TUNNELS, SESSIONS },
    want = { want or more },
    again = true,
  }
end

return {
  -- Debian's has L2TP, but not of version 3.
  needs = { "l2tp_core" },
  has = "ip l2tp show tunnel",
  pair = true,
  before = before,
  read = read,
  write = write,
  tunnel("tunnel in UDP", "10.0.0.", { udp_sport = 5000, udp_dport = 6000 }, "encap udp udp_sport 5000 udp_dport 6000",
    { tunnel_id = 1, peer_tunnel_id = 2, encap = "udp", udp_sport = 5000, udp_dport = 6000, udp_csum = false }),
  tunnel("tunnel in UDP with checksums", "10.0.0.", { encap = "udp", udp_sport = 5000, udp_dport = 6000, udp_csum = true },
    "encap udp udp_sport 5000 udp_dport 6000 udp_csum on"),
  tunnel("tunnel in UDP over IPv6", "fd00::", { encap = "udp", udp_sport = 5000, udp_dport = 6000 },
    "encap udp udp_sport 5000 udp_dport 6000",
    { ["local"] = "fd00::1", remote = "fd00::2", udp6_csum_tx = true, udp6_csum_rx = true }),
  tunnel("tunnel in UDP over IPv6 without checksums", "fd00::",
    { encap = "udp", udp_sport = 5000, udp_dport = 6000, udp6_csum_tx = false, udp6_csum_rx = false },
    "encap udp udp_sport 5000 udp_dport 6000 udp6_csum_tx off udp6_csum_rx off"),
  tunnel("tunnel in IP", "10.0.0.", { encap = "ip" }, "encap ip"),
  tunnel("tunnel in IPv6", "fd00::", { encap = "ip" }, "encap ip"),
  session("session", {}, "", { tunnel_id = 1, session_id = 10, peer_session_id = 20, peer_tunnel_id = 2, seq = "none" }),
  session("session with cookies", { cookie = "0011223344556677", peer_cookie = "8899aabb" },
    "cookie 0011223344556677 peer_cookie 8899aabb"),
  session("session with numbers of both", { seq = "both" }, "seq both"),
  session("session with numbers that are sent", { seq = "send" }, "seq send"),
  session("session with numbers that are needed", { seq = "recv" }, "seq recv"),
  session("session without a header for numbers", { l2spec_type = "none" }, "l2spec_type none", { session_id = 10 }),
  {
    "session that waits",
    before = with_tunnel,
    make = function(ns)
      ns:l2tp_session_add { tunnel_id = 1, session_id = 10, peer_session_id = 20, seq = "both", reorder_timeout = 0.5 }
    end,
    json = SESSIONS,
    want = { { name = "l2tpeth0", reorder_timeout = 0.5, pw_type = "eth" } },
    again = true,
  },
  {
    "deleted",
    make = function(ns)
      ns:l2tp_tunnel_add(opts_of("10.0.0.", { encap = "ip" }))
      ns:l2tp_session_add { tunnel_id = 1, session_id = 10, peer_session_id = 20, seq = "both" }
      ns:l2tp_session_add { tunnel_id = 1, session_id = 11, peer_session_id = 21 }
      assert(#ns:l2tp_session_list { seq = "both" } == 1 and #ns:l2tp_session_list { session_id = 12 } == 0)
      ns:l2tp_session_delete { tunnel_id = 1, session_id = 10 }
      ns:l2tp_tunnel_add(opts_of("fd00::", { tunnel_id = 3, encap = "ip" }))
      assert(#ns:l2tp_tunnel_list { tunnel_id = 3 } == 1)
      ns:l2tp_tunnel_delete { tunnel_id = 3 }
    end,
    tool = "ip l2tp add tunnel encap ip " .. V4 .. "; ip l2tp add session tunnel_id 1 session_id 11 peer_session_id 21",
    json = { TUNNELS, SESSIONS },
    want = { { session_id = 11 } },
    same = { "name", "interface" },
    write = false,
  },
  {
    "frames go through",
    check = function(ns)
      local other <close> = netns.add()
      netns.veth(ns:link "e", other:link "e", { up = true, a = { ip = "192.0.2.1/24" }, b = { ip = "192.0.2.2/24" } })
      for side, at in ipairs { ns, other } do
        local there = 3 - side
        at:l2tp_tunnel_add {
          tunnel_id = side, peer_tunnel_id = there, udp_sport = 1700 + side, udp_dport = 1700 + there,
          local_ = "192.0.2." .. side, remote = "192.0.2." .. there,
        }
        at:l2tp_session_add {
          tunnel_id = side, session_id = 10 * side, peer_session_id = 10 * there, name = "l0", seq = "both",
          cookie = ("%08d"):format(side), peer_cookie = ("%08d"):format(there), l2spec_type = "default",
        }
        at:link_set("l0", { up = true })
        at:addr_add("l0", ("198.51.100.%d/24"):format(side))
      end
      assert(ns:ping("198.51.100.2", { count = 2 }).received == 2)
      local session = ns:l2tp_session_list()[1]
      assert(session.stats.rx_packets > 0 and session.stats.rx_cookie_discards == 0)
    end,
  },
  {
    "one there is",
    before = with_tunnel,
    make = function(ns) ns:l2tp_tunnel_add(opts_of("10.0.0.", { encap = "ip" })) end,
    tool = "ip l2tp add tunnel encap ip " .. V4,
    fails = { code = "EEXIST", message = "L2TP tunnel 1" },
  },
  {
    "session in no tunnel",
    make = function(ns) ns:l2tp_session_add { tunnel_id = 7, session_id = 10, peer_session_id = 20 } end,
    tool = "ip l2tp add session tunnel_id 7 session_id 10 peer_session_id 20",
    fails = { code = "ENODEV", message = "there is no L2TP session 10 of tunnel 7" },
  },
  {
    "tunnel from no port",
    make = function(ns) ns:l2tp_tunnel_add(opts_of("10.0.0.", {})) end,
    tool = "ip l2tp add tunnel encap udp " .. V4,
    fails = { code = "EINVAL", message = '"udp_sport"' },
  },
  {
    "without its module",
    needs = {},
    has = false,
    lacks = "ip l2tp show tunnel",
    make = function(ns) ns:l2tp_tunnel_add(opts_of("10.0.0.", { encap = "ip" })) end,
    tool = "ip l2tp add tunnel encap ip " .. V4,
    fails = { code = "EOPNOTSUPP", message = "this kernel has no L2TP", hint = "modprobe l2tp_netlink" },
  },
}
