-- States of IPsec: `ip xfrm state` beside `xfrm_state_*`. It has no JSON: its text is compared.

local key, hash = "0x" .. ("0123456789abcdef"):rep(2), "0x" .. ("00112233"):rep(8)
local esp = { "esp4", "esp6", "xfrm_user" }

local function state(name, opts, words, want)
  opts.src, opts.dst = opts.src or "10.0.0.1", opts.dst or "10.0.0.2"
  opts.proto, opts.spi = opts.proto or "esp", opts.spi or 0x100
  if not (opts.aead or opts.comp or opts.proto == "ah" or opts.proto == "comp") then
    opts.enc = opts.enc or { name = "cbc(aes)", key = key }
    opts.auth = opts.auth or not opts.auth_trunc and { name = "hmac(sha256)", key = hash } or nil
    words = words .. (" enc 'cbc(aes)' %s"):format(key)
    if opts.auth then words = words .. (" auth 'hmac(sha256)' %s"):format(hash) end
  end
  want.src, want.dst = opts.src, opts.dst
  return {
    name,
    make = function(ns) ns:xfrm_state_add(opts) end,
    tool = ("ip xfrm state add src %s dst %s proto %s spi %s %s"):format(opts.src, opts.dst, opts.proto, opts.spi, words),
    want = { want },
    again = true,
  }
end

return {
  needs = esp,
  pair = true,
  json = "ip xfrm state list",
  read = function(ns) return ns:xfrm_state_list() end,
  same = { "add_time", "use_time" },
  write = function(ns, records)
    ns:xfrm_state_flush()
    for _, record in ipairs(records) do ns:xfrm_state_add(record) end
  end,
  state("of ESP", { mode = "tunnel", reqid = 7 }, "mode tunnel reqid 7", {
    proto = "esp", spi = "0x00000100", mode = "tunnel", reqid = 7, replay_window = 0,
    enc = { name = "cbc(aes)", key = key },
    auth_trunc = { name = "hmac(sha256)", key = hash, trunc = 96 },
  }),
  state("truncated", { auth_trunc = { name = "hmac(sha256)", key = hash, trunc = 128 } },
    ("auth-trunc 'hmac(sha256)' %s 128"):format(hash),
    { auth_trunc = { name = "hmac(sha256)", key = hash, trunc = 128 }, mode = "transport" }),
  state("of IPv6, with a key in text", {
    src = "fd00::1", dst = "fd00::2", proto = "ah", auth = { name = "hmac(sha256)", key = "secret" },
  }, "auth 'hmac(sha256)' secret", { auth_trunc = { name = "hmac(sha256)", key = "0x736563726574", trunc = 96 } }),
  state("of AEAD", { aead = { name = "rfc4106(gcm(aes))", key = key .. "01020304", icv = 128 } },
    ("aead 'rfc4106(gcm(aes))' %s01020304 128"):format(key),
    { aead = { name = "rfc4106(gcm(aes))", key = key .. "01020304", icv = 128 } }),
  state("of compression", { proto = "comp", comp = { name = "deflate" } }, "comp deflate", {
    comp = { name = "deflate" },
  }),
  state("in UDP", {
    encap = { type = "espinudp", sport = 4500, dport = 4501, oaddr = "10.0.0.9" },
  }, "encap espinudp 4500 4501 10.0.0.9", {
    encap = { type = "espinudp", sport = 4500, dport = 4501, oaddr = "10.0.0.9" },
  }),
  state("for some packets", {
    mode = "tunnel", sel = { src = "10.1.0.0/16", dst = "10.2.0.0/16", proto = "udp", dport = 53 },
  }, "mode tunnel sel src 10.1.0.0/16 dst 10.2.0.0/16 proto udp dport 53", {
    sel = { src = "10.1.0.0/16", dst = "10.2.0.0/16", proto = "udp", dport = 53 },
  }),
  state("of IPv6 in IPv4", { mode = "tunnel", sel = { src = "fd01::/64", dst = "fd02::/64" } },
    "mode tunnel sel src fd01::/64 dst fd02::/64", { sel = { src = "fd01::/64", dst = "fd02::/64" } }),
  state("with flags", {
    flag = { "noecn", "decap-dscp", "nopmtudisc", "wildrecv", "icmp", "af-unspec", "align4" },
    extra_flag = { "dont-encap-dscp" },
  }, "flag noecn flag decap-dscp flag nopmtudisc flag wildrecv flag icmp flag af-unspec flag align4 "
    .. "extra-flag dont-encap-dscp", { extra_flag = { "dont-encap-dscp" } }),
  state("with marks", {
    mark = 5, mask = 255, output_mark = 6, output_mark_mask = 15, if_id = 9, seq = 3,
  }, "mark 5 mask 0xff output-mark 6 mask 0xf if_id 9 seq 3", {
    mark = 5, mask = 255, output_mark = 6, output_mark_mask = 15, if_id = 9, seq = 3,
  }),
  state("with a window", { replay_window = 32, replay_seq = 5, replay_oseq = 6 },
    "replay-window 32 replay-seq 5 replay-oseq 6", { replay_window = 32, replay_seq = 5, replay_oseq = 6 }),
  state("with a large window", {
    replay_window = 128, flag = { "esn" }, replay_seq = 5, replay_oseq = 6, replay_seq_hi = 1, replay_oseq_hi = 2,
  }, "replay-window 128 flag esn replay-seq 5 replay-oseq 6 replay-seq-hi 1 replay-oseq-hi 2", {
    replay_window = 128, flag = { "esn" }, replay_seq = 5, replay_oseq = 6, replay_seq_hi = 1, replay_oseq_hi = 2,
  }),
  state("with limits", { limit = { byte_soft = 1000, time_hard = 2000 } },
    "limit byte-soft 1000 limit time-hard 2000", { limit = { byte_soft = 1000, time_hard = 2000 } }),
  state("padded", { mode = "tunnel", tfcpad = 100 }, "mode tunnel tfcpad 100", { tfcpad = 100 }),
  state("by a link that cannot", { offload = { dev = "v0", dir = "in", type = "crypto" } }, "offload dev v0 dir in", {
    spi = "0x00000100",
  }),
  {
    "for one direction",
    since = "6.10",
    make = function(ns)
      ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, dir = "in", enc = { name = "cbc(aes)", key = key } }
    end,
    want = { { spi = "0x00000001", dir = "in" } },
  },
  {
    "of Mobile IPv6",
    needs = { "xfrm_user", "mip6" },
    has = "ip xfrm state add src fd00::1 dst fd00::2 proto hao mode ro coa fd00::9",
    make = function(ns)
      ns:xfrm_state_add { src = "fd00::1", dst = "fd00::2", proto = "hao", mode = "ro", coa = "fd00::9" }
    end,
    tool = "ip xfrm state add src fd00::1 dst fd00::2 proto hao mode ro coa fd00::9",
    want = { { proto = "hao", mode = "ro", coa = "fd00::9" } },
    again = true,
  },
  {
    "replaced, deleted and flushed",
    make = function(ns)
      local one = { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "cbc(aes)", key = key } }
      for spi = 1, 4 do
        one.spi = spi
        ns:xfrm_state_replace(one)
      end
      one.spi, one.limit = 1, { time_hard = 3000 }
      ns:xfrm_state_replace(one)
      ns:xfrm_state_delete { dst = "10.0.0.2", proto = "esp", spi = 2 }
      assert(ns:xfrm_state_flush { spi = 3 } == 1)
      assert(ns:xfrm_state_get { dst = "10.0.0.2", proto = "esp", spi = 4 }.enc.key == key)
      ns:xfrm_state_delete { dst = "10.0.0.2", proto = "esp", spi = 4 }
    end,
    tool = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' %s limit time-hard 3000"):format(key),
    want = { { spi = "0x00000001", limit = { time_hard = 3000 } } },
  },
  {
    "how many there are",
    tool = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' %s"):format(key),
    json = "ip -s -s xfrm state count",
    read = function(ns)
      local counts, text = ns:xfrm_state_count(), ns:output "ip -s -s xfrm state count"
      local told = ("count %d (buckets count %d Max %d)"):format(counts.count, counts.buckets, counts.max_buckets)
      assert(text:find(told, 1, true), text)
      return { counts }
    end,
    write = false,
    want = { { count = 1 } },
  },
  {
    "with an SPI of the kernel's",
    make = function(ns)
      local state = ns:xfrm_state_allocspi { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", min = 300, max = 300 }
      assert(state.spi == "0x0000012c", state.spi)
    end,
    tool = "ip xfrm state allocspi src 10.0.0.1 dst 10.0.0.2 proto esp min 300 max 300 mode transport",
    want = { { spi = "0x0000012c" } },
    write = false,
  },
  {
    "one there is",
    before = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' %s"):format(key),
    make = function(ns)
      ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "cbc(aes)", key = key } }
    end,
    tool = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' %s"):format(key),
    fails = { code = "EEXIST", message = "state of esp to 10.0.0.2, spi 1" },
  },
  {
    "of two families",
    make = function(ns)
      ns:xfrm_state_add { src = "10.0.0.1", dst = "fd00::2", proto = "esp", spi = 1, enc = { name = "cbc(aes)", key = key } }
    end,
    tool = ("ip xfrm state add src 10.0.0.1 dst fd00::2 proto esp spi 1 enc 'cbc(aes)' %s"):format(key),
    fails = { code = "EINVAL", message = 'option "src" must be of the family of dst, got "10.0.0.1"' },
  },
  {
    "of no protocol",
    make = function(ns) ns:xfrm_state_get { dst = "10.0.0.2", spi = 1 } end,
    tool = "ip xfrm state get dst 10.0.0.2 spi 1",
    fails = { code = "EINVAL", message = 'option "proto" is needed' },
  },
  {
    "an SPI from more to less",
    make = function(ns) ns:xfrm_state_allocspi { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", min = 500, max = 5 } end,
    tool = "ip xfrm state allocspi src 10.0.0.1 dst 10.0.0.2 proto esp min 500 max 5",
    fails = { code = "EINVAL", message = 'option "max" must be at least min, 500, got 5' },
  },
  {
    "one there is not",
    make = function(ns) ns:xfrm_state_get { dst = "10.0.0.2", proto = "esp", spi = 1 } end,
    tool = "ip xfrm state get dst 10.0.0.2 proto esp spi 1",
    fails = { code = "ESRCH", message = "there is no state of esp" },
  },
  {
    "an algorithm there is not",
    make = function(ns)
      ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "rot13", key = key } }
    end,
    tool = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc rot13 %s"):format(key),
    fails = { code = "ENOSYS", message = "lacks an algorithm of the state of esp" },
  },
  {
    "a key that is too short",
    make = function(ns)
      ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "cbc(aes)", key = "0x00" } }
    end,
    tool = "ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' 0x00",
    fails = { code = "EINVAL", message = "state of esp to 10.0.0.2, spi 1", hint = "as long as" },
  },
  {
    "no SPI that is free",
    before = "ip xfrm state allocspi src 10.0.0.1 dst 10.0.0.2 proto esp min 300 max 300 reqid 7",
    make = function(ns)
      ns:xfrm_state_allocspi { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", min = 300, max = 300, reqid = 8 }
    end,
    tool = "ip xfrm state allocspi src 10.0.0.1 dst 10.0.0.2 proto esp min 300 max 300 reqid 8",
    fails = { code = "ENOENT", message = "no SPI from 300 to 300 is free" },
  },
  {
    "a key that is none",
    make = function(ns)
      ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "cbc(aes)", key = "0xzz" } }
    end,
    fails = { code = "EINVAL", message = 'option "enc" must be' },
  },
  {
    "without its module",
    needs = {},
    lacks = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' %s"):format(key),
    make = function(ns)
      ns:xfrm_state_add { dst = "10.0.0.2", proto = "esp", spi = 1, enc = { name = "cbc(aes)", key = key } }
    end,
    tool = ("ip xfrm state add dst 10.0.0.2 proto esp spi 1 enc 'cbc(aes)' %s"):format(key),
    fails = { code = "EOPNOTSUPP", message = "this kernel has no IPsec by esp", hint = "modprobe esp4" },
  },
}
