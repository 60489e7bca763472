-- Segment routing over IPv6: `ip sr` beside `sr_*`. It asks the terminal for a key's secret: nsl alone sets those.

return {
  {
    "source address",
    make = function(ns) ns:sr_tunsrc_set { address = "2001:db8::1" } end,
    tool = "ip sr tunsrc set 2001:db8::1",
    json = "ip sr tunsrc show",
    read = function(ns) return { ns:sr_tunsrc_get() } end,
    write = function(ns, records) ns:sr_tunsrc_set(records[1]) end,
    want = { { address = "2001:db8::1" } },
    again = true,
  },
  {
    "key",
    has = "ip sr hmac show",
    json = "ip sr hmac show",
    make = function(ns)
      ns:sr_hmac_set { keyid = 42, algo = "sha256", secret = "hidden" }
      ns:sr_hmac_set { keyid = 43, algo = "sha1", secret = "hidden too" }
      ns:sr_hmac_set { keyid = 43, secret = "" }
    end,
    read = function(ns) return ns:sr_hmac_list() end,
    want = { { keyid = 42, algo = "sha256", secret = "hidden" } },
    write = function(ns, records)
      for _, record in ipairs(records) do ns:sr_hmac_set(record) end
    end,
  },
  {
    "a key, of a kernel without",
    needs = { "dummy" },
    lacks = "printf 'x\\n' | ip sr hmac set 1 sha1",
    make = function(ns) ns:sr_hmac_set { keyid = 1, algo = "sha1", secret = "x" } end,
    fails = { code = "EOPNOTSUPP", message = "does not support key 1 of segment routing", hint = "CONFIG_IPV6_SEG6_HMAC" },
  },
  {
    "no source address",
    make = function(ns) ns:sr_tunsrc_set {} end,
    fails = { code = "EINVAL", message = 'option "address" is needed' },
  },
  {
    "a key without a secret",
    make = function(ns) ns:sr_hmac_set { keyid = 42, algo = "sha256" } end,
    fails = { code = "EINVAL", message = 'option "secret" is needed' },
  },
  {
    "a key without an algorithm",
    make = function(ns) ns:sr_hmac_set { keyid = 42, secret = "hidden" } end,
    fails = { code = "EINVAL", message = 'option "algo" is needed' },
  },
  {
    "a key there is not",
    has = "ip sr hmac show",
    make = function(ns) ns:sr_hmac_set { keyid = 42, secret = "" } end,
    fails = { code = "ENOENT", message = "there is no key 42 of segment routing" },
  },
  {
    "a key that is too long",
    make = function(ns) ns:sr_hmac_set { keyid = 42, algo = "sha256", secret = ("x"):rep(65) } end,
    fails = { code = "EINVAL", message = "at most 64 bytes" },
  },
}
