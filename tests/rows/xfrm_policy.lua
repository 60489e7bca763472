-- Policies of IPsec: `ip xfrm policy` beside `xfrm_policy_*`. It has no JSON: its text is compared.

local show = "ip -d xfrm policy list nosock"

local function policy(name, opts, words, want)
  opts.dir = opts.dir or "out"
  return {
    name,
    make = function(ns) ns:xfrm_policy_add(opts) end,
    tool = "ip xfrm policy add " .. words,
    want = { want },
    again = true,
  }
end

local function template(more)
  local tmpl = { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", mode = "tunnel", reqid = 7 }
  for key, value in pairs(more or {}) do tmpl[key] = value end
  return tmpl
end

return {
  pair = true,
  json = show,
  read = function(ns) return ns:xfrm_policy_list() end,
  write = function(ns, records)
    for _, record in ipairs(records) do ns:xfrm_policy_replace(record) end
  end,
  policy("with a template", {
    src = "10.1.0.0/16", dst = "10.2.0.0/16", tmpl = { template() },
  }, "src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 7 mode tunnel", {
    dir = "out", src = "10.1.0.0/16", dst = "10.2.0.0/16", action = "allow", priority = 0, ptype = "main",
    tmpl = { { src = "10.0.0.1", dst = "10.0.0.2", proto = "esp", mode = "tunnel", reqid = 7, level = "required" } },
  }),
  policy("of IPv6", {
    dir = "in", src = "2001:db8::/32", dst = "2001:db9::/48", priority = 100,
    tmpl = { { src = "fd00::1", dst = "fd00::2", proto = "ah", mode = "transport", level = "use", spi = 0x123 } },
  }, "src 2001:db8::/32 dst 2001:db9::/48 dir in priority 100 " ..
    "tmpl src fd00::1 dst fd00::2 proto ah spi 0x123 mode transport level use", {
    src = "2001:db8::/32", dst = "2001:db9::/48", dir = "in", priority = 100,
    tmpl = { { src = "fd00::1", dst = "fd00::2", proto = "ah", mode = "transport", level = "use", spi = "0x00000123" } },
  }),
  policy("of ports, to a link", {
    proto = "tcp", sport = 80, dport = 443, dev = "v0", action = "block",
  }, "proto tcp sport 80 dport 443 dev v0 dir out action block", {
    src = "0.0.0.0/0", dst = "0.0.0.0/0", proto = "tcp", sport = 80, dport = 443, dev = "v0", action = "block",
  }),
  policy("of ICMP", { dir = "fwd", proto = "icmp", type = 8, code = 1 }, "proto icmp type 8 code 1 dir fwd", {
    dir = "fwd", proto = "icmp", type = 8, code = 1,
  }),
  policy("of GRE", { proto = "gre", key = 65539 }, "proto gre key 65539 dir out", { proto = "gre", key = 65539 }),
  policy("with an interface and a mark", {
    mark = 5, mask = 255, if_id = 9, flag = { "localok", "icmp" },
  }, "dir out mark 5 mask 0xff if_id 9 flag localok flag icmp", {
    mark = 5, mask = 255, if_id = 9, flag = { "localok", "icmp" },
  }),
  {
    "with an index",
    make = function(ns)
      ns:xfrm_policy_add { dir = "out", index = 81, priority = 3 }
      assert(ns:xfrm_policy_get({ dir = "out", index = 81 }).priority == 3)
    end,
    tool = "ip xfrm policy add dir out index 81 priority 3",
    want = { { priority = 3 } },
  },
  policy("of a sub policy", { ptype = "sub", tmpl = { template { proto = "comp" } } },
    "dir out ptype sub tmpl src 10.0.0.1 dst 10.0.0.2 proto comp reqid 7 mode tunnel", { ptype = "sub" }),
  policy("with limits", {
    limit = {
      byte_soft = 1000, byte_hard = 2000, packet_soft = 10, packet_hard = 20,
      time_soft = 1000, time_hard = 2000, time_use_soft = 3000, time_use_hard = 4000,
    },
  }, "dir out limit byte-soft 1000 limit byte-hard 2000 limit packet-soft 10 limit packet-hard 20 " ..
    "limit time-soft 1000 limit time-hard 2000 limit time-use-soft 3000 limit time-use-hard 4000", {
    limit = {
      byte_soft = 1000, byte_hard = 2000, packet_soft = 10, packet_hard = 20,
      time_soft = 1000, time_hard = 2000, time_use_soft = 3000, time_use_hard = 4000,
    },
  }),
  policy("with two templates", {
    tmpl = { template { proto = "comp" }, template { mode = "beet" } },
  }, "dir out tmpl src 10.0.0.1 dst 10.0.0.2 proto comp reqid 7 mode tunnel " ..
    "tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 7 mode beet", {
    tmpl = { { proto = "comp" }, { proto = "esp", mode = "beet" } },
  }),
  {
    "replaced",
    make = function(ns)
      ns:xfrm_policy_replace { dir = "out", src = "10.1.0.0/16", priority = 1 }
      ns:xfrm_policy_replace { dir = "out", src = "10.1.0.0/16", priority = 1, tmpl = { template() } }
    end,
    tool = "ip xfrm policy add src 10.1.0.0/16 dir out priority 1 "
      .. "tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 7 mode tunnel",
    want = { { priority = 1, src = "10.1.0.0/16" } },
  },
  {
    "deleted and flushed",
    make = function(ns)
      for i = 1, 4 do ns:xfrm_policy_add { dir = "out", dst = ("10.%d.0.0/16"):format(i), priority = i // 2 } end
      ns:xfrm_policy_delete { dir = "out", dst = "10.4.0.0/16" }
      assert(ns:xfrm_policy_flush { priority = 1 } == 2)
      assert(ns:xfrm_policy_get { dir = "out", dst = "10.1.0.0/16" }.priority == 0)
    end,
    tool = "ip xfrm policy add dir out dst 10.1.0.0/16",
    want = { { dst = "10.1.0.0/16", priority = 0 } },
  },
  {
    "of some direction",
    before = "ip xfrm policy add dir out dst 10.1.0.0/16; ip xfrm policy add dir in src 10.1.0.0/16",
    tool = "true",
    json = "ip xfrm policy list dir in nosock",
    read = function(ns) return ns:xfrm_policy_list { dir = "in" } end,
    want = { { dir = "in", src = "10.1.0.0/16" } },
  },
  {
    "which stand in the table by their addresses, and how many there are",
    make = function(ns)
      ns:xfrm_policy_add { dir = "out", dst = "10.1.0.0/16" }
      ns:xfrm_policy_add { dir = "in", src = "10.1.0.0/16" }
      ns:xfrm_policy_set { hthresh4 = { lbits = 16, rbits = 24 }, hthresh6 = { rbits = 64, lbits = 0 } }
    end,
    tool = "ip xfrm policy add dir out dst 10.1.0.0/16; ip xfrm policy add dir in src 10.1.0.0/16; " ..
      "ip xfrm policy set hthresh4 16 24 hthresh6 0 64",
    json = "ip -s -s xfrm policy count",
    read = function(ns)
      local counts, text = ns:xfrm_policy_count(), ns:output "ip -s -s xfrm policy count"
      assert(text:find(("IN  %d OUT %d FWD %d (Sock: IN %d OUT %d FWD %d)"):format(counts["in"], counts.out,
        counts.fwd, counts.sock_in, counts.sock_out, counts.sock_fwd), 1, true), text)
      assert(text:find(("count %d Max %d"):format(counts.buckets, counts.max_buckets), 1, true), text)
      return { counts }
    end,
    write = function(ns, records) ns:xfrm_policy_set(records[1]) end,
    want = {
      { ["in"] = 1, out = 1, fwd = 0, hthresh4 = { lbits = 16, rbits = 24 }, hthresh6 = { lbits = 0, rbits = 64 } },
    },
  },
  {
    "in the table by more bits than an address has",
    make = function(ns) ns:xfrm_policy_set { hthresh4 = { lbits = 33, rbits = 32 } } end,
    tool = "ip xfrm policy set hthresh4 33 32",
    fails = { code = "EINVAL", message = "policies of IPsec" },
  },
  {
    "default",
    make = function(ns) ns:xfrm_policy_setdefault { ["in"] = "block", fwd = "accept" } end,
    tool = "ip xfrm policy setdefault in block fwd accept",
    json = "ip xfrm policy getdefault",
    read = function(ns) return { ns:xfrm_policy_getdefault() } end,
    write = function(ns, records) ns:xfrm_policy_setdefault(records[1]) end,
    want = { { ["in"] = "block", fwd = "accept", out = "accept" } },
    again = true,
  },
  {
    "one there is",
    before = "ip xfrm policy add dir out dst 10.1.0.0/16",
    make = function(ns) ns:xfrm_policy_add { dir = "out", dst = "10.1.0.0/16" } end,
    tool = "ip xfrm policy add dir out dst 10.1.0.0/16",
    fails = { code = "EEXIST", message = "policy out from any to 10.1.0.0/16" },
  },
  {
    "without a direction",
    make = function(ns) ns:xfrm_policy_add { dst = "10.1.0.0/16" } end,
    tool = "ip xfrm policy add dst 10.1.0.0/16",
    fails = { code = "EINVAL", message = 'option "dir" is needed' },
  },
  {
    "for packets of two families",
    make = function(ns) ns:xfrm_policy_add { dir = "out", src = "10.1.0.0/16", dst = "fd00::/64" } end,
    tool = "ip xfrm policy add dir out src 10.1.0.0/16 dst fd00::/64",
    fails = { code = "EINVAL", message = 'option "src" must be of the family of dst' },
  },
  {
    "by a state of two families",
    make = function(ns) ns:xfrm_policy_add { dir = "out", tmpl = { { src = "10.0.0.1", dst = "fd00::2", proto = "esp", mode = "tunnel" } } } end,
    fails = { code = "EINVAL", message = 'option "src" must be of the family of dst' },
  },
  {
    "one there is not",
    make = function(ns) ns:xfrm_policy_delete { dir = "out", dst = "10.1.0.0/16" } end,
    tool = "ip xfrm policy delete dir out dst 10.1.0.0/16",
    fails = { code = "ENOENT", message = "there is no policy out" },
  },
  {
    "by a link that is not there",
    make = function(ns) ns:xfrm_policy_add { dir = "out", offload = { dev = "v9", type = "packet" } } end,
    fails = { code = "ENODEV", message = 'v9"' },
  },
  {
    "a misspelt template",
    make = function(ns) ns:xfrm_policy_add { dir = "out", tmpl = { { reqidd = 1 } } } end,
    fails = { code = "EINVAL", hint = "reqid" },
  },
}
