-- Routes of multicast: `ip mroute` beside `mroute_list`. They live as long as the daemon that gives them to the kernel,
-- which a few lines of Perl are here (Linux `include/uapi/linux/mroute.h`, `mroute6.h`).

--- A daemon with two links and these routes, each a source, a group and the least TTL out of v1 (255: none).
local function daemon(routes)
  return [[
  perl -MSocket=:all -e '
    my %index = map { $_ => `cat /sys/class/net/$_/ifindex` + 0 } "v0", "v1";
    socket(my $s, PF_INET, SOCK_RAW, 2) or die;
    setsockopt($s, 0, 200, pack "i", 1) or die "MRT_INIT $!";
    my $vif = 0;
    setsockopt($s, 0, 202, pack "SCCLlL", $vif++, 8, 1, 0, $index{$_}, 0) or die "MRT_ADD_VIF $!" for "v0", "v1";
    socket(my $t, PF_INET6, SOCK_RAW, 58) or die;
    setsockopt($t, 41, 200, pack "i", 1) or die "MRT6_INIT $!";
    my $mif = 0;
    setsockopt($t, 41, 202, pack "SCCSx2L", $mif++, 0, 1, $index{$_}, 0) or die "MRT6_ADD_MIF $!" for "v0", "v1";
    for (@ARGV) {
      my ($from, $to, $ttl) = split ",";
      if ($from =~ /:/) {
        my ($one, $other) = map { pack_sockaddr_in6 0, inet_pton AF_INET6, $_ } $from, $to;
        my $out = pack "L8", $ttl < 255 ? 2 : 0;
        setsockopt($t, 41, 204, $one . $other . (pack "Sx2", 0) . $out) or die "MRT6_ADD_MFC $!";
      } else {
        my $ttls = pack "C32", 255, $ttl, (255) x 30;
        my $mfc = inet_aton($from) . inet_aton($to) . (pack "S", 0) . $ttls . pack "x2L4";
        setsockopt($s, 0, 204, $mfc) or die "MRT_ADD_MFC $!";
      }
    }
    sleep 60;
  ' ]] .. routes .. " &\n  until ip mroute show | grep -q 239; do sleep 0.02; done"
end

local one = daemon "10.0.0.5,239.1.1.1,3"
local several = daemon "10.0.0.5,239.1.1.1,1 10.0.9.5,239.2.1.1,255 2001:db8::5,ff0e::1,1"

--- A row for a list with these options, beside `ip` with these words; it takes no prefix here (6.1 refuses any).
local function listed(name, words, opts, number)
  return {
    name,
    tool = several,
    json = ("ip -json %s mroute show %s"):format(opts.family == "inet6" and "-6" or "-4", words),
    read = function(ns)
      local found = ns:mroute_list(opts)
      if #found ~= number then error(tostring(found)) end
      return found
    end,
    want = {},
  }
end

return {
  pair = true,
  before = "ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip link set v1 up",
  json = "ip -json -details mroute show",
  read = function(ns) return ns:mroute_list() end,
  same = { "expires" },
  {
    "one",
    tool = one,
    want = {
      {
        family = "inet",
        src = "10.0.0.5",
        dst = "239.1.1.1",
        iif = "v0",
        multipath = { { oif = "v1", ttl = 3 } },
        state = "resolved",
        table = "default",
        packets = 0,
        bytes = 0,
      },
    },
  },
  {
    "several, of both families",
    tool = several,
    want = {
      { src = "10.0.0.5", multipath = { { oif = "v1" } } },
      { src = "10.0.9.5", dst = "239.2.1.1", iif = "v0" },
      { family = "inet6", src = "2001:db8::5", dst = "ff0e::1", iif = "v0", multipath = { { oif = "v1" } } },
    },
  },
  listed("those of IPv4", "", { family = "inet" }, 2),
  listed("those of IPv6", "", { family = "inet6" }, 1),
  listed("those to a network", "", { to = "239.1.0.0/16" }, 1),
  listed("those from a network", "", { from = "10.0.9.0/24" }, 1),
  listed("those of every table", "table all", { table = "all", family = "inet" }, 2),
  listed("those of a link", "iif v0", { iif = "v0", family = "inet" }, 2),
  {
    "no link for it",
    make = function(ns) ns:mroute_list { iif = "v/9/" } end,
    fails = { code = "EINVAL" },
  },
}
