-- What TCP remembers of its peers: `ip tcp_metrics` beside `tcp_metrics_*`.

local before = function(ns)
  ns:link_set("lo", { up = true })
  ns:addr_add("lo", "10.0.0.1/32")
  ns:addr_add("lo", "10.0.0.2/32")
  ns:addr_add("lo", "fd00::1/128", { nodad = true })
  for _, address in ipairs { "10.0.0.1", "10.0.0.2", "fd00::1" } do
    -- A connection that ends tells of its peer.
    ns:exec({ "perl", "-MIO::Socket::IP", "-e", [[
      my $s = IO::Socket::IP->new(Listen => 1, LocalHost => $ARGV[0]) or die;
      my $c = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $s->sockport) or die;
      my $a = $s->accept; print $c "x" x 20000; $c->flush; read $a, my $b, 20000; close $c; close $a;
    ]], address }, { check = true })
  end
end

local same = { "age", "rtt", "rttvar", "cwnd", "ssthresh", "fo_mss" }

return {
  before = before,
  json = "ip -json tcp_metrics show",
  read = function(ns) return ns:tcp_metrics_list() end,
  same = same,
  {
    "of two peers",
    tool = "true",
    want = { { dst = "10.0.0.1", source = "10.0.0.1" }, { dst = "fd00::1", source = "fd00::1" } },
  },
  {
    "deleted",
    make = function(ns)
      ns:tcp_metrics_delete { dst = "10.0.0.1" }
      assert(#ns:tcp_metrics_list { dst = "10.0.0.1" } == 0)
    end,
    tool = "ip tcp_metrics delete 10.0.0.1",
    want = { { dst = "10.0.0.2" } },
  },
  {
    "flushed",
    make = function(ns)
      assert(ns:tcp_metrics_flush { source = "fd00::1" } == 1)
      assert(ns:tcp_metrics_flush { dst = "10.0.0.2" } == 1)
    end,
    tool = "ip tcp_metrics delete fd00::1; ip tcp_metrics delete 10.0.0.2",
    want = { { dst = "10.0.0.1" } },
  },
  {
    "of networks",
    make = function(ns)
      assert(#ns:tcp_metrics_list { dst = "10.0.0.0/8" } == 2 and #ns:tcp_metrics_list { dst = "10.0.0.2/31" } == 1)
      assert(#ns:tcp_metrics_list { source = "10.0.0.0/31" } == 1 and #ns:tcp_metrics_list { dst = "fd00::/8" } == 1)
      assert(ns:tcp_metrics_flush { dst = "10.0.0.0/8" } == 2)
    end,
    tool = "ip tcp_metrics flush 10.0.0.0/8",
    want = { { dst = "fd00::1" } },
  },
  {
    "no network",
    make = function(ns) ns:tcp_metrics_list { dst = "ten" } end,
    fails = { code = "EINVAL", message = 'option "dst" must be an IPv4 address or an IPv6 address, got "ten"' },
  },
  {
    "nothing there",
    make = function(ns) ns:tcp_metrics_delete { dst = "10.0.0.9" } end,
    tool = "ip tcp_metrics delete 10.0.0.9",
    fails = { code = "ESRCH", message = "there is no entry for 10.0.0.9 among the metrics of TCP" },
  },
  {
    "of no peer",
    make = function(ns) ns:tcp_metrics_delete {} end,
    fails = { code = "EINVAL", message = '"dst"' },
  },
}
