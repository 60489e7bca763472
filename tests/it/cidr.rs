//! `cidr`, both families, against the numbers that addresses are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use crate::pure::{error, eval};

/// The address of a number.
fn address(number: u128, v6: bool) -> IpAddr {
    match v6 {
        true => Ipv6Addr::from(number).into(),
        false => Ipv4Addr::from(u32::try_from(number).expect("32 bits")).into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_network_is_a_range_of_numbers(v6: bool, number: u128, prefix in 0u32..=128, deeper in 0u32..=128, i in 1i64..1000) {
        let bits = if v6 { 128 } else { 32 };
        let (number, prefix) = (if v6 { number } else { number >> 96 }, prefix.min(bits));
        let length = (prefix + deeper).min(bits);
        let (own, part) = (bits - prefix, bits - length);
        let first = number.checked_shr(own).unwrap_or(0).checked_shl(own).unwrap_or(0);
        let last = first + (u128::MAX.checked_shr(128 - own).unwrap_or(0));
        let parts = u128::MAX.checked_shr(128 - (length - prefix)).unwrap_or(0);
        // A number that there is: the i-th, or what is left of it.
        let place = (i as u128 - 1).min(parts);
        let start = first + place.checked_shl(part).unwrap_or(0);
        let text = format!("{}/{prefix}", address(number, v6));
        let values = eval(&format!(
            "local net = cidr '{text}'
            local part, from_end = net:subnet({length}, {}), net:subnet({length}, -{})
            assert(net:contains(part) and net:contains(net.network) and net:contains(net.broadcast) and part:overlaps(net))
            assert(part == cidr(tostring(part)) and (part == from_end or part < from_end or from_end < part))
            assert(net:subnets({length})() == net:subnet({length}, 1))
            return net, net.network, net.broadcast, net.address, net.prefix, part, from_end, net.family",
            place + 1,
            place + 1,
        ));
        let end = first + (parts - place).checked_shl(part).unwrap_or(0);
        let family = if v6 { "inet6" } else { "inet" };
        let wanted = [
            text,
            address(first, v6).to_string(),
            address(last, v6).to_string(),
            address(number, v6).to_string(),
            prefix.to_string(),
            format!("{}/{length}", address(start, v6)),
            format!("{}/{length}", address(end, v6)),
            family.to_owned(),
        ];
        prop_assert_eq!(values, wanted);
    }
}

#[test]
fn hosts_are_those_that_an_interface_can_have() {
    let hosts = |net: &str, numbers: &str| eval(&format!("local net = cidr '{net}' return {numbers}"));
    let three = "net:host(1), net:host(2), net:host(-1)";
    assert_eq!(hosts("10.0.0.0/16", three), ["10.0.0.1", "10.0.0.2", "10.0.255.254"]);
    assert_eq!(hosts("10.0.0.77/24", three), ["10.0.0.1", "10.0.0.2", "10.0.0.254"]);
    assert_eq!(hosts("10.0.0.0/30", three), ["10.0.0.1", "10.0.0.2", "10.0.0.2"]);
    assert_eq!(hosts("10.0.0.2/31", three), ["10.0.0.2", "10.0.0.3", "10.0.0.3"]);
    assert_eq!(hosts("10.0.0.9/32", "net:host(1), net:host(-1)"), ["10.0.0.9", "10.0.0.9"]);
    assert_eq!(hosts("0.0.0.0/0", three), ["0.0.0.1", "0.0.0.2", "255.255.255.254"]);
    assert_eq!(hosts("2001:db8::/64", three), ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:ffff:ffff:ffff"]);
    assert_eq!(hosts("2001:db8::/127", three), ["2001:db8::", "2001:db8::1", "2001:db8::1"]);
    assert_eq!(hosts("::1/128", "net:host(1)"), ["::1"]);
    assert_eq!(hosts("::/0", three), ["::1", "::2", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]);
}

#[test]
fn sizes_are_integers_where_lua_has_them() {
    let size = |net: &str| eval(&format!("local size = cidr('{net}').size return size, math.type(size)"));
    assert_eq!(size("10.0.0.0/32"), ["1", "integer"]);
    assert_eq!(size("10.0.0.0/16"), ["65536", "integer"]);
    assert_eq!(size("0.0.0.0/0"), ["4294967296", "integer"]);
    assert_eq!(size("2001:db8::/66"), ["4611686018427387904", "integer"]);
    assert_eq!(size("2001:db8::/65"), ["9.2233720368548e+18", "float"]);
    assert_eq!(size("::/0"), ["3.4028236692094e+38", "float"]);
    assert_eq!(
        eval("return cidr('10.0.0.0/20').netmask, cidr('2001:db8::/32').netmask"),
        ["255.255.240.0", "ffff:ffff::"]
    );
}

#[test]
fn parts_come_one_after_the_other() {
    let parts = |net: &str, length: u8| {
        let text =
            format!("local t = {{}} for part in cidr('{net}'):subnets({length}) do t[#t + 1] = tostring(part) end");
        eval(&format!("{text} return table.concat(t, ' ')")).remove(0)
    };
    assert_eq!(parts("10.0.0.0/22", 24), "10.0.0.0/24 10.0.1.0/24 10.0.2.0/24 10.0.3.0/24");
    assert_eq!(parts("10.0.0.77/24", 24), "10.0.0.0/24");
    assert_eq!(parts("255.255.255.254/31", 32), "255.255.255.254/32 255.255.255.255/32");
    assert_eq!(parts("ffff::/15", 16), "fffe::/16 ffff::/16");
    // A loop over more than anybody can wait for begins at once.
    assert_eq!(
        eval("for part in cidr('::/0'):subnets(128) do if part:contains '::2' then return part end end"),
        ["::2/128"]
    );
}

#[test]
fn what_is_inside_and_what_only_touches() {
    for (net, x, contains, overlaps) in [
        ("10.0.0.0/16", "10.0.255.255", true, true),
        ("10.0.0.0/16", "10.1.0.0", false, false),
        ("10.0.0.0/16", "10.0.7.0/24", true, true),
        ("10.0.7.0/24", "10.0.0.0/16", false, true),
        ("10.0.0.0/16", "10.0.0.0/16", true, true),
        ("10.0.0.5/16", "10.0.9.9/16", true, true),
        ("0.0.0.0/0", "::", false, false),
        ("::/0", "10.0.0.1", false, false),
        ("2001:db8::/32", "2001:db8:1::1", true, true),
    ] {
        let text = format!("return cidr('{net}'):contains('{x}'), cidr('{net}'):overlaps('{x}')");
        assert_eq!(eval(&text), [contains.to_string(), overlaps.to_string()], "{net} {x}");
    }
}

#[test]
fn networks_are_compared_by_what_they_are() {
    let text = r#"
        local list = {}
        for _, text in ipairs { "::/0", "10.0.0.0/8", "9.0.0.0/8", "10.0.0.0/16", "2001:db8::/32", "9.255.0.0/16" } do
          list[#list + 1] = cidr(text)
        end
        table.sort(list)
        for i, net in ipairs(list) do list[i] = tostring(net) end
        assert(cidr "10.0.0.0/8" == cidr(cidr "10.0.0.0/8") and cidr "10.0.0.0/8" ~= cidr "10.0.0.0/9")
        assert(cidr "10.0.0.0/8" ~= "10.0.0.0/8" and cidr "10.0.0.0/8" <= cidr "10.0.0.0/8")
        assert(cidr "10.0.0.0/8" ~= io.stdout)
        return table.concat(list, " ")
    "#;
    assert_eq!(eval(text), ["9.0.0.0/8 9.255.0.0/16 10.0.0.0/8 10.0.0.0/16 ::/0 2001:db8::/32"]);
}

#[test]
fn what_is_wrong_is_refused_with_what_would_be_right() {
    for (call, wanted) in [
        ("cidr()", "argument 1 must be a network such as \"10.0.0.0/16\", got nothing"),
        ("cidr(16)", "argument 1 must be a network such as \"10.0.0.0/16\", got the number 16"),
        ("cidr '10.0.0.0'", "\"10.0.0.0\" has no prefix length (write \"10.0.0.0/24\")"),
        ("cidr '10.0.0.0/33'", "prefix \"33\" of \"10.0.0.0/33\" is out of range: IPv4 has 0 to 32"),
        ("cidr '10.0.0/8'", "\"10.0.0/8\" is not an IP address (write it like \"10.0.0.1\" or \"2001:db8::1\")"),
        (
            "cidr('10.0.0.0/30'):host(3)",
            "argument 1 must be the number of a host from 1 to 2, or from the end -1 to -2, got 3",
        ),
        (
            "cidr('10.0.0.0/30'):host(0)",
            "argument 1 must be the number of a host from 1 to 2, or from the end -1 to -2, got 0",
        ),
        ("cidr('10.0.0.0/30'):host('1')", "argument 1 must be the number of a host, got \"1\""),
        ("cidr('10.0.0.0/24'):subnet(16, 1)", "argument 1 must be a prefix length from 24 to 32, got 16"),
        ("cidr('10.0.0.0/24'):subnet(33, 1)", "argument 1 must be a prefix length from 24 to 32, got 33"),
        (
            "cidr('10.0.0.0/24'):subnet(26, 5)",
            "argument 2 must be the number of a subnet from 1 to 4, or from the end -1 to -4, got 5",
        ),
        ("cidr('10.0.0.0/24'):contains(1)", "argument 1 must be an address or a network, got the number 1"),
        ("cidr('10.0.0.0/24'):hosts(1)", "a Cidr has no field \"hosts\" (did you mean \"host\"?)"),
        (
            "cidr '10.0.0.0/24' < '10.0.0.0/8'",
            "a Cidr is compared with another Cidr only, not with \"10.0.0.0/8\" (make it one with cidr(…))",
        ),
    ] {
        assert_eq!(error(&format!("return {call}")), format!("EINVAL: {wanted}"), "{call}");
    }
}
