//! Every refusal: the whole sentence, its hint, and the line it points at.

use super::*;
use crate::lab::plan::End;

/// What a script is refused with: the place, the sentence, the hint.
fn refused(write: impl FnOnce(&mut Script)) -> String {
    let mut script = Script::new();
    write(&mut script);
    let error = assign(&script.plan).map(|_| ()).expect_err("a plan that cannot be");
    format!("{error}; {}", error.hint().unwrap_or_default())
}

#[test]
fn nodes() {
    assert_eq!(
        refused(|s| s.nodes("h1 r1 h1").line = 0),
        r#"lab.lua:3: node "h1" is declared already, at lab.lua:1 (EEXIST); give it another name"#
    );
    assert!(
        refused(|s| s.nodes("h1 h/2").line = 0)
            .starts_with(r#"lab.lua:2: invalid namespace name "h/2": it contains "/""#)
    );
    let long = refused(|s| {
        (s.plan.name, s.plan.options.prefix) = (Some("demo".to_owned()), "demo-".to_owned());
        s.node(&"h".repeat(251));
    });
    assert!(long.contains("it has 256 bytes"), "{long}");
    assert_eq!(
        refused(|s| s.node("s1").addresses.push(net("10.0.0.1/32"))),
        r#"lab.lua:1: switch "s1" (declared at lab.lua:1) takes no address, and lab.lua:1 gives it "10.0.0.1/32" (EINVAL); give the address to a host or router that is linked to it"#
    );
    assert_eq!(
        refused(|s| s.node("h1").subnets.push(net("10.0.0.0/24"))),
        r#"lab.lua:1: "h1" at lab.lua:1 is no switch: it cannot have the subnet "10.0.0.0/24" (EINVAL); give the subnet to a link"#
    );
}

#[test]
fn links() {
    assert_eq!(
        refused(|s| s.nodes("h1 h2").link("h1 h2").b.node = 2),
        "lab.lua:3: internal error: a link to a node that the plan has not (EBUG); report it with the script that led to it; NSL_TRACE=1 shows more"
    );
    assert_eq!(
        refused(|s| s.nodes("h1 h2").link("h1 h1").cost = 1),
        r#"lab.lua:3: the link at lab.lua:3 joins "h1" (declared at lab.lua:1) to itself (EINVAL); give it two nodes"#
    );
    assert_eq!(
        refused(|s| s.nodes("h1 h2").link("h1 h2").cost = 0),
        "lab.lua:3: the cost of the link at lab.lua:3 is 0 (EINVAL); use 1 or more"
    );
    let full = refused(|s| {
        s.node("s1");
        (0..1024).for_each(|n| s.node(&format!("h{n}")).role = None);
        (0..1024).for_each(|n| s.link(&format!("s1 h{n}")).cost = 1);
    });
    assert_eq!(
        full,
        r#"lab.lua:2049: switch "s1" (declared at lab.lua:1) is full: it has 1,023 ports, and the link at lab.lua:2049 needs one more (EXFULL); join several switches with links"#
    );
    assert_eq!(
        refused(|s| s.nodes("s1 h1").link("h1 s1").b.ip = given(&["10.0.0.1/24"])),
        r#"lab.lua:3: switch "s1" (declared at lab.lua:1) takes no address, and lab.lua:3 gives it "10.0.0.1/24" (EINVAL); give the address to a host or router that is linked to it"#
    );
}

#[test]
fn names_of_interfaces() {
    let named = |name: &str| {
        let name = name.to_owned();
        move |s: &mut Script| s.nodes("s1 h1").link("s1 h1").a.name = Some(name)
    };
    assert!(refused(named("eth/0")).starts_with(r#"lab.lua:3: invalid link name "eth/0": it contains "/" (EINVAL)"#));
    assert_eq!(
        refused(named("br0")),
        r#"lab.lua:3: "br0" is the bridge of "s1" (declared at lab.lua:1), and no name for an interface of the link at lab.lua:3 (EEXIST); give it another name"#
    );
    assert!(refused(named("lo")).contains(r#""lo" is the loopback of "s1""#));
    let twice = refused(|s| {
        s.nodes("r1 h1 h2");
        s.link("r1 h1").a.name = Some("lan".to_owned());
        s.link("h2 r1").b.name = Some("lan".to_owned());
    });
    assert_eq!(
        twice,
        r#"lab.lua:5: "r1" has two interfaces called "lan": of the links at lab.lua:4 and at lab.lua:5 (EEXIST); give one of them another name"#
    );
}

#[test]
fn subnets() {
    assert_eq!(
        refused(|s| s.nodes("h1 h2").link("h1 h2").subnets.push(net("10.0.0.1/24"))),
        r#"lab.lua:3: "10.0.0.1/24" has bits behind its prefix (EINVAL); write "10.0.0.0/24""#
    );
    assert_eq!(
        refused(|s| s.plan.options.subnets = Some("10.0.0.1/8".parse().expect("a pool"))),
        r#""10.0.0.1/8" has bits behind its prefix (EINVAL); write "10.0.0.0/8""#
    );
    assert_eq!(
        refused(|s| s.node("s1").subnets.push(net("224.0.0.0/24"))),
        r#"lab.lua:1: "224.0.0.0/24" cannot be a subnet: it is of multicast addresses (EINVAL); use one such as 10.0.0.0/24"#
    );
    let differ = refused(|s| {
        s.node("s1").subnets.push(net("10.1.0.0/24"));
        s.node("h1");
        s.link("h1 s1").subnets.push(net("10.2.0.0/24"));
    });
    assert_eq!(
        differ,
        r#"lab.lua:3: the subnet "10.2.0.0/24" at lab.lua:3 is given to a LAN that has "10.1.0.0/24" already, from lab.lua:1 (EINVAL); give a LAN one subnet a family"#
    );
    let overlap = refused(|s| {
        s.nodes("h1 h2 r1");
        s.link("h1 r1").subnets.push(net("10.1.2.0/24"));
        s.link("h2 r1").b.ip = given(&["10.1.0.1/16"]);
    });
    assert_eq!(
        overlap,
        r#"lab.lua:5: "10.1.0.0/16" at lab.lua:5 overlaps "10.1.2.0/24" at lab.lua:4 (EEXIST); give each network a range of its own"#
    );
    let loopback = refused(|s| {
        s.node("r1").addresses.push(net("10.1.2.3/32"));
        s.nodes("h1").link("h1 r1").subnets.push(net("10.1.2.0/24"));
    });
    assert!(loopback.contains(r#""10.1.2.0/24" at lab.lua:3 overlaps "10.1.2.3/32" at lab.lua:1"#), "{loopback}");
    let small = refused(|s| {
        s.node("s1").subnets.push(net("10.1.0.0/30"));
        s.nodes("h1 h2 h3").links("h1 s1, h2 s1, h3 s1");
    });
    assert_eq!(
        small,
        r#"lab.lua:7: subnet "10.1.0.0/30" of lab.lua:1 has no address left for "h3/eth0" of the link at lab.lua:7 (ENOSPC); give a larger subnet"#
    );
    assert!(
        refused(|s| s.nodes("h1 h2").link("h1 h2").subnets.push(net("10.0.0.0/32"))).contains("no address left"),
        "a link needs two"
    );
}

#[test]
fn pools() {
    let empty = refused(|s| {
        s.plan.options.subnets = Some("10.0.0.0/30".parse().expect("a pool"));
        s.nodes("h1 h2 h3 h4").links("h1 h2, h2 h3, h3 h4");
    });
    assert_eq!(
        empty,
        r#"lab.lua:7: the pool "10.0.0.0/30" of the lab at an unknown line has no room for a /31, which the link at lab.lua:7 needs (ENOSPC); give the lab a larger one with its option "subnets", or the link a subnet"#
    );
    let empty = refused(|s| {
        s.plan.options.subnets6 = Some("fd00::/56".parse().expect("a pool"));
        s.node("r1");
        for n in 0..=256 {
            s.nodes(&format!("s{n} h{n}")).links(&format!("r1 s{n}, h{n} s{n}"));
        }
    });
    assert!(empty.contains(r#"the pool "fd00::/56" of the lab at an unknown line has no room for a /64"#), "{empty}");
    assert!(empty.contains(r#"option "subnets6""#), "{empty}");
}

#[test]
fn addresses() {
    let twice = refused(|s| {
        s.node("r1").addresses.push(net("10.9.9.9/32"));
        s.nodes("h1 r2").link("h1 r2").a.ip = given(&["10.9.9.9/24"]);
    });
    assert_eq!(
        twice,
        r#"lab.lua:4: address "10.9.9.9" is given twice: to "r1/lo" at lab.lua:1 and to "h1/eth0" at lab.lua:4 (EEXIST); give one of them another address"#
    );
    let ip = |nets: &'static [&str]| {
        move |s: &mut Script| {
            s.node("s1").subnets.push(net("10.1.0.0/24"));
            s.node("h1");
            s.link("h1 s1").a.ip = given(nets);
        }
    };
    assert_eq!(
        refused(ip(&["10.2.0.1/24"])),
        r#"lab.lua:3: address "10.2.0.1/24" of "h1/eth0" at lab.lua:3 is not in its network, which has "10.1.0.0/24" from lab.lua:1 (EADDRNOTAVAIL); use an address of that subnet"#
    );
    assert_eq!(
        refused(ip(&["10.1.0.1/16"])),
        // Not an overlap: where the network has a subnet, its addresses make none.
        r#"lab.lua:3: address "10.1.0.1/16" of "h1/eth0" at lab.lua:3 has another prefix length than its subnet "10.1.0.0/24" from lab.lua:1 (EINVAL); write "10.1.0.1/24""#
    );
    for (address, what) in [
        ("10.1.0.0/24", "the number of its network"),
        ("10.1.0.255/24", "the broadcast address of its network"),
        ("224.0.0.1/24", "a multicast address"),
        ("0.0.0.0/0", "the unspecified address"),
        ("255.255.255.255/32", "the broadcast address"),
    ] {
        let text = refused(|s| {
            s.node("s1").subnets.push(net("10.1.0.0/24"));
            s.node("h1");
            s.link("h1 s1").a.ip = given(&[address]);
        });
        let address = net(address).addr();
        assert_eq!(
            text,
            format!(
                r#"lab.lua:3: "{address}" at lab.lua:3 cannot be an address of "h1/eth0": it is {what} (EADDRNOTAVAIL); use one that a host can have"#
            )
        );
    }
}

#[test]
fn macs() {
    let twice = refused(|s| {
        s.nodes("h1 h2 h3");
        s.link("h1 h2").a.mac = Some([2, 0, 0, 0, 0, 9]);
        s.link("h2 h3").b.mac = Some([2, 0, 0, 0, 0, 9]);
    });
    assert_eq!(
        twice,
        r#"lab.lua:5: "02:00:00:00:00:09" is given twice as a MAC address: to "h1/eth0" at lab.lua:4 and to "h3/eth0" at lab.lua:5 (EEXIST); give one of them another address"#
    );
    for (mac, what) in [([1, 0, 0, 0, 0, 1], "a group's"), ([0; 6], "zero")] {
        let text = refused(|s| s.nodes("h1 h2").link("h1 h2").a.mac = Some(mac));
        assert!(text.contains(&format!(r#"the MAC address of "h1/eth0": it is {what} (EADDRNOTAVAIL)"#)), "{text}");
    }
}

#[test]
fn routes() {
    let with = |route: ExtraRoute| {
        refused(|s| {
            s.node("h1").routes.push(route);
            s.nodes("r1").link("h1 r1");
        })
    };
    assert_eq!(
        with(route("10.9.0.0/16", "10.8.0.1", "")),
        r#"lab.lua:1: the route "10.9.0.0/16" of "h1" at lab.lua:1 goes via "10.8.0.1", which is on none of its links (ENETUNREACH); use the address of a neighbour"#
    );
    assert!(with(route("10.9.0.0/16", "10.8.0.1", "eth0")).contains(r#"which is not on "eth0""#));
    assert_eq!(
        with(route("10.9.0.0/16", "", "eth00")),
        r#"lab.lua:1: the route "10.9.0.0/16" of "h1" at lab.lua:1 needs an interface "eth00", which it has not (ENODEV); did you mean "eth0"?"#
    );
    assert_eq!(
        with(route("10.9.0.0/16", "", "")),
        r#"lab.lua:1: the route "10.9.0.0/16" of "h1" at lab.lua:1 says neither via nor dev (EINVAL); add via = with the address of a neighbour"#
    );
    assert!(with(route("10.9.0.1/16", "", "eth0")).contains(r#""10.9.0.1/16" has bits behind its prefix"#));
    assert!(with(route("10.9.0.0/16", "fe80::1", "eth0")).contains(r#""via": "fe80::1" is of another address family"#));
}

#[test]
fn more_than_a_million_routes() {
    // Routers in a row, whose many loopbacks in mixed order no prefix covers.
    let text = refused(|s| {
        for n in 0..900u32 {
            let net = |k: u32| IpNet::from(std::net::IpAddr::from((0xac10_0000 + (k * 900 + n) * 2).to_be_bytes()));
            s.node(&format!("r{n}")).addresses = (0..6).map(net).collect();
        }
        // A shuffle: neighbours in the row are far apart in numbers.
        let order: Vec<u32> = (0..900).map(|n| n * 389 % 900).collect();
        order.windows(2).for_each(|pair| s.link(&format!("r{} r{}", pair[0], pair[1])).cost = 1);
    });
    assert_eq!(
        text,
        r#"the lab needs more than 1,000,000 routes (E2BIG); use routing = "none" or routing = "default""#
    );
}

#[test]
fn what_has_no_line_is_refused_too() {
    let mut plan = Script::new().plan;
    plan.nodes = vec![Node::new("h1", Kind::Host), Node::new("h1", Kind::Host)];
    plan.links = vec![Link { a: End::new(0), b: End::new(7), ..Link::new(0, 0) }];
    let error = assign(&plan).expect_err("a plan that cannot be");
    assert_eq!(error.to_string(), r#"node "h1" is declared already, at an unknown line (EEXIST)"#);
}
