-- Keys and channels of MACsec links: `ip macsec` beside `macsec_*`.

local json = require "json"

local sci, key, other = "020000000002000b", "0123456789abcdef0123456789abcdef", "00112233445566778899aabbccddeeff"
local link = "ip link add link v0 name m0 address 02:00:00:00:00:11 type macsec sci 0200000000010001"

return {
  needs = { "macsec" },
  pair = true,
  before = link,
  json = "ip -json macsec show",
  read = function(ns) return ns:macsec_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do
      for _, sa in ipairs(record.tx or {}) do
        pcall(ns.macsec_set, ns, record.dev, { sa = sa.sa, on = false })
        pcall(ns.macsec_delete, ns, record.dev, { sa = sa.sa })
        sa.key = key
        ns:macsec_add(record.dev, sa)
      end
      for _, channel in ipairs(record.rx or {}) do
        for _, sa in ipairs(channel.sa or {}) do
          pcall(ns.macsec_set, ns, record.dev, { rx = channel.rx, sa = sa.sa, on = false })
          pcall(ns.macsec_delete, ns, record.dev, { rx = channel.rx, sa = sa.sa })
        end
        pcall(ns.macsec_delete, ns, record.dev, { rx = channel.rx })
        ns:macsec_add(record.dev, { rx = channel.rx, on = channel.on })
        for _, sa in ipairs(channel.sa or {}) do
          ns:macsec_add(record.dev, { rx = channel.rx, sa = sa.sa, pn = sa.pn, on = sa.on, key_id = sa.key_id, key = other })
        end
      end
    end
  end,
  {
    "keys that send",
    make = function(ns)
      ns:macsec_add("m0", { sa = 0, pn = 100, on = true, key_id = "01", key = key })
      ns:macsec_add("m0", { sa = 1, pn = 1, on = false, key_id = "02", key = other })
    end,
    tool = ("ip macsec add m0 tx sa 0 pn 100 on key 01 %s; ip macsec add m0 tx sa 1 pn 1 off key 02 %s"):format(key, other),
    want = { { dev = "m0", tx = { { sa = 0, pn = 100, on = true, key_id = "01" .. ("0"):rep(30) }, { sa = 1, on = false } } } },
    again = true,
  },
  {
    "a channel with a key that receives",
    make = function(ns)
      ns:macsec_add("m0", { rx = sci, on = true })
      ns:macsec_add("m0", { rx = sci, sa = 2, pn = 7, on = true, key_id = "03", key = other })
    end,
    tool = ("ip macsec add m0 rx sci %s on; ip macsec add m0 rx sci %s sa 2 pn 7 on key 03 %s"):format(sci, sci, other),
    want = { { dev = "m0", rx = { { rx = sci, on = true, sa = { { sa = 2, pn = 7, on = true } } } } } },
    again = true,
  },
  {
    "set and deleted",
    make = function(ns)
      ns:macsec_add("m0", { rx = sci, on = true })
      ns:macsec_set("m0", { rx = sci, on = false })
      for sa = 0, 1 do ns:macsec_add("m0", { sa = sa, pn = 1, on = false, key_id = "01", key = key }) end
      ns:macsec_set("m0", { sa = 0, pn = 50, on = true })
      ns:macsec_delete("m0", { sa = 1 })
      assert(#ns:macsec_list "m0" == 1 and #ns:macsec_list("m0")[1].tx == 1)
    end,
    tool = ("ip macsec add m0 rx sci %s off; ip macsec add m0 tx sa 0 pn 50 on key 01 %s"):format(sci, key),
    want = { { dev = "m0", tx = { { sa = 0, pn = 50, on = true } }, rx = { { rx = sci, on = false } } } },
  },
  {
    "extended numbers",
    before = link .. " cipher gcm-aes-xpn-256",
    make = function(ns)
      ns:macsec_add("m0", { sa = 0, xpn = 1 << 40, ssci = 5, salt = ("01"):rep(12), on = true, key_id = "01", key = key .. other })
      ns:macsec_add("m0", { rx = sci, on = true })
      ns:macsec_add("m0", { rx = sci, sa = 1, xpn = 7, ssci = "0x6", salt = ("02"):rep(12), on = true, key_id = "02", key = other .. key })
      ns:macsec_set("m0", { sa = 0, xpn = (1 << 40) + 1 })
    end,
    tool = ([[
      ip macsec add m0 tx sa 0 xpn $(((1 << 40) + 1)) ssci 5 salt SALT01 on key 01 KEY1
      ip macsec add m0 rx sci SCI on
      ip macsec add m0 rx sci SCI sa 1 xpn 7 ssci 6 salt SALT02 on key 02 KEY2
    ]]):gsub("SALT(%d+)", function(digits) return digits:rep(12) end):gsub("%u+%d?", { SCI = sci, KEY1 = key .. other, KEY2 = other .. key }),
    write = false,
    want = {
      {
        tx = { { sa = 0, xpn = (1 << 40) + 1, ssci = 5, on = true } },
        rx = { { rx = sci, sa = { { sa = 1, xpn = 7, ssci = 6 } } } },
      },
    },
  },
  {
    "who does the work",
    make = function(ns) ns:macsec_set("m0", { offload = "off" }) end,
    tool = "ip macsec offload m0 off",
    want = { { dev = "m0", offload = "off" } },
    write = false,
  },
  {
    "work that the link below cannot do",
    make = function(ns) ns:macsec_set("m0", { offload = "mac" }) end,
    tool = "ip macsec offload m0 mac",
    fails = { code = "EOPNOTSUPP", message = "offload" },
  },
  {
    "statistics",
    before = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; " .. link .. "; ip link set v0 up; ip link set v1 up; ip link set m0 up; " ..
      "ip macsec add m0 rx sci " .. sci .. " on; ip macsec add m0 rx sci " .. sci .. " sa 1 pn 1 on key 02 " .. other ..
      "; ip macsec add m0 tx sa 0 pn 1 on key 01 " .. key .. "; ip addr add 10.9.0.1/24 dev m0; ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:12 dev m0",
    check = function(ns)
      ns:ping("10.9.0.2", { timeout = 0.1 })
      local told = json.decode(ns:output "ip -s -json macsec show")[1]
      local link = ns:macsec_list("m0")[1]
      local function compare(stats, their)
        local count = 0
        for name, value in pairs(stats) do
          for theirs, number in pairs(their) do
            if theirs:lower() == name:gsub("_", "") then
              if number ~= value then error(("%s: %s, not %s"):format(name, value, number)) end
              count = count + 1
            end
          end
        end
        return count
      end
      assert(link.tx_stats.out_pkts_protected > 0)
      assert(compare(link.stats, told) == 8 and compare(link.tx_stats, told) == 4)
      assert(compare(link.tx[1].stats, told.sa_list[1]) == 2)
      assert(compare(link.rx[1].stats, told.rx_sc[1]) == 10)
      assert(compare(link.rx[1].sa[1].stats, told.rx_sc[1].sa_list[1]) == 5)
    end,
  },
  {
    "one there is",
    before = link .. "; ip macsec add m0 rx sci " .. sci,
    make = function(ns) ns:macsec_add("m0", { rx = sci }) end,
    tool = "ip macsec add m0 rx sci " .. sci,
    fails = { code = "EEXIST", message = "channel that receives" },
  },
  {
    "a key there is",
    before = link .. "; ip macsec add m0 tx sa 0 pn 1 on key 01 " .. key,
    make = function(ns) ns:macsec_add("m0", { sa = 0, pn = 1, key_id = "01", key = key }) end,
    tool = "ip macsec add m0 tx sa 0 pn 1 key 01 " .. key,
    fails = { code = "EEXIST", message = "key that sends" },
  },
  {
    "a key that is used",
    before = link .. "; ip macsec add m0 tx sa 0 pn 1 on key 01 " .. key,
    make = function(ns) ns:macsec_delete("m0", { sa = 0 }) end,
    tool = "ip macsec del m0 tx sa 0",
    fails = { code = "EBUSY", message = "is in use", hint = "on = false" },
  },
  {
    "a key there is not",
    make = function(ns) ns:macsec_delete("m0", { sa = 1 }) end,
    tool = "ip macsec del m0 tx sa 1",
    fails = { code = "ENODEV", message = "there is no key that sends" },
  },
  {
    "a key of no channel",
    make = function(ns) ns:macsec_add("m0", { rx = sci, sa = 1, pn = 1, key_id = "01", key = key }) end,
    tool = "ip macsec add m0 rx sci " .. sci .. " sa 1 pn 1 key 01 " .. key,
    fails = { code = "ENODEV", message = "there is no channel of" },
  },
  {
    "a key that is too short",
    make = function(ns) ns:macsec_add("m0", { sa = 0, pn = 1, key_id = "01", key = "0011" }) end,
    tool = "ip macsec add m0 tx sa 0 pn 1 key 01 0011",
    fails = { code = "EINVAL", message = "cipher", hint = "32 hexadecimal digits" },
  },
  {
    "no key",
    make = function(ns) ns:macsec_add("m0", { sa = 0, pn = 1 }) end,
    tool = "ip macsec add m0 tx sa 0 pn 1",
    fails = { code = "EINVAL", message = 'option "key" is needed' },
  },
  {
    "a fifth key",
    make = function(ns) ns:macsec_add("m0", { sa = 4, pn = 1, key_id = "01", key = key }) end,
    tool = "ip macsec add m0 tx sa 4 pn 1 key 01 " .. key,
    fails = { code = "EINVAL", message = 'option "sa" must be a number from 0 to 3' },
  },
  {
    "of nothing",
    make = function(ns) ns:macsec_add("m0", { on = true }) end,
    fails = { code = "EINVAL", message = '"sa"' },
  },
  {
    "of a link of another kind",
    make = function(ns) ns:macsec_add("v0", { rx = sci }) end,
    tool = "ip macsec add v0 rx sci " .. sci,
    fails = { code = "ENODEV", message = '/v0" is no MACsec link' },
  },
}
