//! `ip = "auto"`: what a router tells is what an end gets.

use super::prints;
use crate::sandbox::run;

#[test]
fn an_end_takes_the_address_that_a_router_advertises() {
    run(|| {
        // One advertisement (RFC 4861) of a /64 for addresses (RFC 4862), in perl, which every Debian has.
        prints(
            r#"local advertise = [[perl -MSocket=:all -e '
                socket(S, AF_INET6, SOCK_RAW, 58); setsockopt(S, 41, 18, pack("i", 255));
                my $prefix = pack("CCCCNNNa16", 3, 4, 64, 0xC0, 86400, 14400, 0, inet_pton(AF_INET6, "2001:db8:1::"));
                my $to = pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"), shift);
                send(S, pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0) . $prefix, 0, $to) or die $!' ]]
            local net = lab.new()
            local r, h = net:router 'r', net:host 'h'
            net:link(r, h, { a = { ip = '2001:db8:1::1/64' }, b = { ip = 'auto', mac = '02:00:00:00:00:77' } })
            net:up()
            print(#h.interfaces[1].address, #h:addr_list 'eth0')
            r:exec(advertise .. r:link_get 'eth0'.index, { check = true })
            while not h:output 'ip -6 addr show dev eth0':find('2001:db8:1::ff:fe00:77/64', 1, true) do task.sleep(0.01) end
            print(h:ping '2001:db8:1::1'.received)"#,
            "0\t1
            1",
        );
    });
}
