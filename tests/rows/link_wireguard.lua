-- WireGuard: `wg set` beside `link_add` and `link_set`, and packets through it.

local add = "ip link add w0 type wireguard"

local private = "4NAkDWIqgtM3ZnU87ULfn/bp97HRk2GghHiX9skviEY="
local one, two, three = "5nsw1B+nx0z2DiGMtYzQxkZtSypttqwQ6nbb7+AyyVU=", "GtgOFn/Ox/8fvQcZqfHDLK/YnFt20xgTpoJnONvgADY=", "4uhDU+k+l7w1pe3WqdmqFAwDcM6cijj2XfwNxz+PKw4="
local public = "tQtMU6CfQMWJR2zaSfcakfGG5VU2JD0vgnq+ifLgFD0=" -- of `private`
local preshared = "uPZxWIResOR3mjVOiOZJuRwr1V42djwnoDCkvRDTxmY="

--- A row for a link that was made with these words of `wg set` and gets these options.
---
--- What is added to what there is, or taken away, is not what the records of one tell another that has more.
local function set(name, first, opts, words, want)
  local before = add
  if first then before = ("%s\nprintf %s >/run/key; printf %s >/run/preshared\nwg set w0 %s"):format(add, private, preshared, first) end
  return {
    name,
    before = before,
    make = function(ns) ns:link_set("w0", opts) end,
    tool = ("printf %s >/run/key; printf %s >/run/preshared\nwg set w0 %s"):format(private, preshared, words),
    want = want or opts,
    again = not first,
  }
end

--- Three peers, each told otherwise.
local peers = {
  {
    public_key = one, preshared_key = preshared, endpoint = "10.0.0.2:51820", keepalive = 25,
    allowed_ips = { "10.1.0.0/16", "2001:db8:1::/48", "10.2.3.4/32" },
  },
  { public_key = two, endpoint = "[2001:db8::2]:7", allowed_ips = { "0.0.0.0/0", "::/0" } },
  { public_key = three },
}
local words = ("peer %s preshared-key /run/preshared endpoint 10.0.0.2:51820 persistent-keepalive 25 allowed-ips "
  .. "10.1.0.0/16,2001:db8:1::/48,10.2.3.4/32 peer %s endpoint [2001:db8::2]:7 allowed-ips 0.0.0.0/0,::/0 peer %s")
  :format(one, two, three)
local all = "private-key /run/key listen-port 51820 " .. words

local function keys(list)
  local found = {}
  for i, peer in ipairs(list) do found[i] = { public_key = peer.public_key } end
  return found
end

--- Peers enough for several messages, each with a key that is its number.
local many, conf = {}, {}
for i = 1, 700 do
  local key, network = ("%042dA="):format(i), ("10.%d.%d.0/24"):format(i >> 8, i & 255)
  many[i] = { public_key = key, allowed_ips = { network, ("2001:db8:%x::/48"):format(i) } }
  conf[i] = ("[Peer]\nPublicKey = %s\nAllowedIPs = %s, 2001:db8:%x::/48\n"):format(key, network, i)
end

--- Packets through links w0 of two namespaces, each the other's peer at `%s:51820`: over a veth with addresses like these.
local function carries(name, address, prefix, endpoint)
  return {
    name,
    check = function(a)
      local b <close> = netns.add()
      netns.veth(a:link "v0", b:link "v0", { up = true })
      local sides = { { a, netns.wg_key() }, { b, netns.wg_key() } }
      for i, side in ipairs(sides) do
        local ns, other = side[1], sides[3 - i]
        ns:addr_add("v0", (address .. prefix):format(i), prefix == "/64" and { nodad = true } or nil)
        ns:link_add("w0", {
          type = "wireguard", private_key = side[2], listen_port = 51820, ip = ("10.9.0.%d/24"):format(i), up = true,
          peers = { {
            public_key = other[3], preshared_key = preshared, endpoint = endpoint:format(address:format(3 - i)),
            allowed_ips = { "10.9.0.0/24", "fd09::/64" },
          } },
        })
        ns:addr_add("w0", ("fd09::%d/64"):format(i), { nodad = true })
      end
      for _, target in ipairs { "10.9.0.2", "fd09::2" } do
        local result = a:ping(target, { count = 3, interval = 0.05, timeout = 5 })
        assert(result.received == 3, tostring(result))
      end
      for _, ns in ipairs { a, b } do
        local peer = ns:link_get("w0").peers[1]
        assert(math.abs(peer.latest_handshake - os.time()) < 60, "a handshake")
        assert(peer.rx_bytes > 600 and peer.tx_bytes > 600, "six packets each way")
      end
      -- What goes to no peer's address goes nowhere.
      a:link_set("w0", { peers = { { public_key = sides[2][3], allowed_ips = { "10.9.0.7/32" } } } })
      local result = a:ping("10.9.0.2", { timeout = 0.5 })
      assert(result.received == 0 and result.error == "ENOKEY", tostring(result))
    end,
  }
end

return {
  needs = { "wireguard", "udp_tunnel" },
  has = add,
  json = { "wg show w0 dump", "ip -json -details link show dev w0" },
  read = function(ns) return { ns:link_get "w0" } end,
  write = function(ns, records)
    for _, record in ipairs(records) do
      if pcall(ns.link_get, ns, "w0") then ns:link_set("w0", record) else ns:link_add("w0", record) end
    end
  end,
  again = true,
  {
    "a link",
    make = function(ns) ns:link_add("w0", { type = "wireguard", mtu = 1300 }) end,
    tool = "ip link add w0 mtu 1300 type wireguard",
    want = { type = "wireguard", mtu = 1300, listen_port = 0, peers = {} },
  },
  set("private_key", nil, { private_key = private }, "private-key /run/key", { private_key = private, public_key = public }),
  set("private_key taken away", "private-key /run/key", { private_key = "" }, "private-key /dev/null", { type = "wireguard" }),
  set("listen_port", nil, { listen_port = 51820 }, "listen-port 51820"),
  set("fwmark", nil, { fwmark = 0x1234 }, "fwmark 0x1234"),
  set("fwmark taken away", "fwmark 7", { fwmark = 0 }, "fwmark off", { fwmark = 0 }),
  set("peers", nil, { peers = peers }, words),
  {
    "all at once",
    make = function(ns)
      ns:link_add("w0", { type = "wireguard", private_key = private, listen_port = 51820, fwmark = 7, peers = { peers[1], peers[2] } })
    end,
    tool = ("%s\nprintf %s >/run/key; printf %s >/run/preshared\nwg set w0 private-key /run/key fwmark 7 listen-port 51820 %s")
      :format(add, private, preshared, words:match "^(.*) peer"),
    want = { private_key = private, listen_port = 51820, fwmark = 7, peers = keys { peers[1], peers[2] } },
  },
  set("one peer changed", all, { peers = { { public_key = two, endpoint = "10.0.0.7:9", keepalive = 5 } } },
    ("peer %s endpoint 10.0.0.7:9 persistent-keepalive 5"):format(two),
    { listen_port = 51820, peers = { { public_key = one }, { endpoint = "10.0.0.7:9", keepalive = 5, allowed_ips = peers[2].allowed_ips }, {} } }),
  set("one peer added", ("peer %s allowed-ips 10.1.0.0/16"):format(one), { peers = { { public_key = two, allowed_ips = { "10.2.0.0/16" } } } },
    ("peer %s allowed-ips 10.2.0.0/16"):format(two), { peers = keys { peers[1], peers[2] } }),
  set("one peer removed", all, { peers = { { public_key = two, remove = true } } }, ("peer %s remove"):format(two),
    { peers = keys { peers[1], peers[3] } }),
  set("other peers", all, { replace_peers = true, peers = { peers[2] } },
    ("peer %s remove peer %s remove"):format(one, three), { peers = { peers[2] } }),
  set("no peers", all, { replace_peers = true }, ("peer %s remove peer %s remove peer %s remove"):format(one, two, three),
    { listen_port = 51820, peers = {} }),
  set("other addresses of a peer", all, { peers = { { public_key = one, allowed_ips = { "10.7.0.0/24" } } } },
    ("peer %s allowed-ips 10.7.0.0/24"):format(one), { peers = { { allowed_ips = { "10.7.0.0/24" } }, {}, {} } }),
  set("no addresses of a peer", all, { peers = { { public_key = one, allowed_ips = {} } } }, ("peer %s allowed-ips ''"):format(one),
    { peers = { { public_key = one, endpoint = "10.0.0.2:51820" }, {}, {} } }),
  set("an address that another peer has", all, { peers = { { public_key = three, allowed_ips = { "10.1.0.0/16" } } } },
    ("peer %s allowed-ips 10.1.0.0/16"):format(three), { peers = { { public_key = one }, {}, { allowed_ips = { "10.1.0.0/16" } } } }),
  set("preshared_key taken away", all, { peers = { { public_key = one, preshared_key = "" } } },
    ("peer %s preshared-key /dev/null"):format(one), { peers = keys(peers) }),
  set("keepalive off", all, { peers = { { public_key = one, keepalive = 0 } } }, ("peer %s persistent-keepalive off"):format(one),
    { peers = keys(peers) }),
  {
    "hundreds of peers",
    before = add,
    make = function(ns) ns:link_set("w0", { peers = many }) end,
    tool = ("cat >/run/conf <<'E'\n%sE\nwg addconf w0 /run/conf"):format(table.concat(conf)),
    want = { peers = many },
  },
  {
    "an endpoint on a link",
    before = add .. "; ip link add v0 index 77 type veth peer name v1",
    make = function(ns) ns:link_set("w0", { peers = { { public_key = one, endpoint = "[fe80::1%77]:51820" } } }) end,
    tool = ("wg set w0 peer %s endpoint [fe80::1%%v0]:51820"):format(one),
    want = { peers = { { endpoint = "[fe80::1%77]:51820" } } },
    again = false,
  },
  carries("packets over IPv4", "10.0.0.%d", "/24", "%s:51820"),
  carries("packets over IPv6", "fd00::%d", "/64", "[%s]:51820"),
  {
    "in a lab, whose diff tells what of it is otherwise",
    check = function()
      local net <close> = lab.new()
      local host = net:host("h", { devices = {
        { name = "w0", type = "wireguard", private_key = private, listen_port = 51820, peers = peers },
        { name = "w1", type = "wireguard", private_key = ("%042d8="):format(0), peers = {} },
      } })
      net:up { quiet = true }
      --- What of a link differs.
      local function diff(link)
        local found = {}
        for _, change in ipairs(net:diff()) do
          if change.name == link then found[#found + 1] = change.what end
        end
        table.sort(found)
        return table.concat(found, " ")
      end
      --- This differs after a change, and applying the lab mends it.
      local function differs(wanted, link, opts)
        host:link_set(link, opts)
        assert(diff(link) == wanted, ("%s, not %s"):format(tostring(net:diff()), wanted))
        net:apply()
        assert(diff(link) == "", tostring(net:diff()))
      end
      differs("", "w0", {})
      differs("listen_port", "w0", { listen_port = 51821 })
      differs("listen_port private_key", "w0", { listen_port = 0, private_key = "" })
      differs("private_key", "w1", { private_key = private })
      differs("peers", "w1", { peers = { { public_key = one } } })
      differs("peers", "w0", { peers = { { public_key = two, allowed_ips = { "10.7.0.0/16" } } } })
      differs("peers", "w0", { peers = { { public_key = one, remove = true } } })
      host:link_set("w0", { private_key = one, peers = { { public_key = one, preshared_key = "" } } })
      local text = tostring(net:diff())
      assert(not text:find(private, 1, true) and not text:find(preshared, 1, true), text)
    end,
  },
  {
    "a key that is none",
    before = add,
    make = function(ns) ns:link_set("w0", { private_key = "short" }) end,
    tool = "echo short >/run/key; wg set w0 private-key /run/key",
    fails = { code = "EINVAL", object = "w0", message = "32 bytes in base64" },
  },
  {
    "a peer without a key",
    before = add,
    make = function(ns) ns:link_set("w0", { peers = { { endpoint = "10.0.0.2:7" } } }) end,
    fails = { code = "EINVAL", object = "w0", message = "public_key" },
  },
  {
    "an option of a peer misspelt",
    before = add,
    make = function(ns) ns:link_set("w0", { peers = { { public_key = one, endpont = "10.0.0.2:7" } } }) end,
    fails = { code = "EINVAL", message = "endpont", hint = "endpoint" },
  },
}
