//! VXLAN: Ethernet over UDP (Linux `IFLA_VXLAN_*`, `drivers/net/vxlan`).

use super::Kind;
use super::tunnel::{GROUP4, GROUP6, HOST4, HOST6, TOS, text};
use crate::kernel::words::Form::{Be16, Be32, Be64, Flag, Link, Names8, Names32, Own, Per32, Switch8, U32, Words8};
use crate::kernel::words::{self, Setting, Settings, Word, option};

pub(super) const KINDS: &[Kind] =
    &[Kind { own: OWN, fresh, needs: &["id"], unread: &["mcroute"], ..Kind::new("vxlan", "vxlan", "CONFIG_VXLAN") }];

const OWN: &[Word] = &[
    option("id", 1, U32),
    option("remote", 2, Own(&HOST4)),
    option("remote", 16, Own(&HOST6)),
    option("group", 2, Own(&GROUP4)),
    option("group", 16, Own(&GROUP6)),
    option("local", 4, Own(&HOST4)),
    option("local", 17, Own(&HOST6)),
    option("dev", 3, Link),
    option("ttl", 28, Own(&TTL_INHERIT)),
    option("ttl", 5, Names8(&[(0, "auto")])),
    option("tos", 6, Own(&TOS)),
    option("df", 29, Words8(&["unset", "set", "inherit"])),
    option("flowlabel", 26, Be32),
    option("learning", 7, Switch8),
    option("ageing", 8, Own(&NO_AGEING)),
    option("ageing", 8, Per32(1)),
    option("maxaddress", 9, Names32(&[(0, "unlimited")])),
    option("srcport", 10, Own(&PORT_RANGE)),
    option("dstport", 15, Be16),
    option("proxy", 11, Switch8),
    option("rsc", 12, Switch8),
    option("l2miss", 13, Switch8),
    option("l3miss", 14, Switch8),
    option("udpcsum", 18, Switch8),
    option("udp6zerocsumtx", 19, Switch8),
    option("udp6zerocsumrx", 20, Switch8),
    option("remcsumtx", 21, Switch8),
    option("remcsumrx", 22, Switch8),
    option("gbp", 23, Flag),
    option("gpe", 27, Flag),
    option("external", 25, Switch8),
    option("vnifilter", 30, Switch8),
    option("localbypass", 31, Switch8),
    option("reserved_bits", 33, Be64),
    // The kernel takes it and never shows it (Linux 6.18 `vxlan_fill_info`).
    option("mcroute", 34, Switch8),
];

/// `ttl inherit`, a flag that is written by being there and read by its value.
const TTL_INHERIT: words::Own = words::Own {
    expected: "inherit",
    encode: |value| (text(value)? == "inherit").then(Vec::new),
    decode: |bytes| (bytes.first() == Some(&1)).then(|| Setting::Text("inherit".to_owned())),
    width: None,
};

/// `ageing none`.
const NO_AGEING: words::Own = words::Own {
    expected: "none",
    encode: |value| (text(value)? == "none").then(|| vec![0; 4]),
    decode: |bytes| bytes.iter().all(|&byte| byte == 0).then(|| Setting::Text("none".to_owned())),
    width: Some(4),
};

/// The least and the greatest source port, each in the network's order (Linux `ifla_vxlan_port_range`).
const PORT_RANGE: words::Own = words::Own {
    expected: "an array of two ports",
    encode: |value| {
        let Setting::List(ports) = value else { return None };
        let port = |port: &Setting| u16::try_from(words::whole(port)?).ok().map(u16::to_be_bytes);
        let ports = ports.iter().map(port).collect::<Option<Vec<_>>>()?;
        (ports.len() == 2).then(|| ports.concat())
    },
    decode: |bytes| {
        let port = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        Some(Setting::List(vec![Setting::Integer(port(0)?.into()), Setting::Integer(port(2)?.into())]))
    },
    width: Some(4),
};

/// As `ip link` has it: one that is controlled from outside learns nothing by itself.
fn fresh(options: &mut Settings) {
    if words::flag(options, "external") && words::find(options, "learning").is_none() {
        options.push(("learning".into(), Setting::Switch(false)));
    }
    // Told at all, even that it is off, it takes up bits that may be reserved ones (Linux `vxlan_nl2conf`).
    options.retain(|(key, value)| key != "remcsumrx" || *value != Setting::Switch(false));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_either_family_goes_to_its_attribute_and_a_group_is_told_from_a_host() {
        let one = |key: &'static str, text: &str| vec![(key.into(), Setting::Text(text.to_owned()))];
        for (key, address, attribute) in
            [("remote", "10.0.0.1", 2), ("remote", "fd00::1", 16), ("group", "239.0.0.1", 2), ("group", "ff02::1", 16)]
        {
            let settings = one(key, address);
            let bytes = words::encode(OWN, &settings, &mut words::no_links).expect("attributes");
            assert_eq!(bytes[2], attribute);
            assert_eq!(words::decode(OWN, &[], &bytes, &|_| None), settings);
        }
        let error = words::encode(OWN, &one("group", "10.0.0.1"), &mut words::no_links).expect_err("no group");
        assert_eq!(error.message(), "option \"group\" must be the IP address of a group, got \"10.0.0.1\"");
    }

    #[test]
    fn ports_are_a_pair_and_ttl_and_ageing_have_words() {
        let settings = vec![
            ("ttl".into(), Setting::Text("auto".to_owned())),
            ("ageing".into(), Setting::Number(30.0)),
            ("srcport".into(), Setting::List(vec![Setting::Integer(1), Setting::Integer(65535)])),
        ];
        let bytes = words::encode(OWN, &settings, &mut words::no_links).expect("attributes");
        assert_eq!(words::decode(OWN, &[], &bytes, &|_| None), settings);
        let none = vec![("ageing".into(), Setting::Text("none".to_owned()))];
        let bytes = words::encode(OWN, &none, &mut words::no_links).expect("attributes");
        assert_eq!(words::decode(OWN, &[], &bytes, &|_| None), none);
    }
}
