//! Sysctls, each in the namespace it is meant for; compared with what sysctl(8) and the files say.

use nsl::error::{Class, explain};
use nsl::kernel::namespace::Namespace;
use nsl::kernel::sysctl::{self, Found};

use super::namespace;
use crate::sandbox::{run, script, sh};

fn one(value: &str) -> Found {
    Found::One(value.to_owned())
}

/// What a pattern or a group has.
fn many(namespace: &Namespace, key: &str) -> Vec<(String, String)> {
    match sysctl::read(namespace, key).expect("read") {
        Found::Many(found) => found,
        Found::One(value) => panic!("{key} is one: {value}"),
    }
}

/// Keys with values, in one line.
fn line(found: &[(String, String)]) -> String {
    found.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

fn settings(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_sysctl_is_that_of_its_namespace() {
    run(|| {
        let (ns0, home) = (namespace("ns0"), Namespace::home());
        let before = sh("cat /proc/sys/net/ipv4/ip_forward");
        sh("ip netns exec ns0 sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'");
        assert_eq!(sysctl::write(&ns0, "net.ipv4.ip_forward", "1").expect("written"), one("0"));
        assert_eq!(sysctl::read(&ns0, "net/ipv4/ip_forward").expect("read"), one("1"));
        assert_eq!(sh("ip netns exec ns0 cat /proc/sys/net/ipv4/ip_forward"), "1\n");
        assert_eq!(sh("cat /proc/sys/net/ipv4/ip_forward"), before);
        assert_eq!(sysctl::read(&home, "net.ipv4.ip_forward").expect("read"), one(before.trim_end()));
    });
}

#[test]
fn a_dot_may_be_part_of_a_name() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add eth0 type bridge; ip -n ns0 link add eth0.100 type bridge");
        let forwarding = |name: &str| sh(&format!("ip netns exec ns0 cat /proc/sys/net/ipv4/conf/{name}/forwarding"));
        let mut value = 1;
        for key in [
            "net.ipv4.conf.eth0.100.forwarding",
            "net.ipv4.conf.eth0/100.forwarding",
            "net/ipv4/conf/eth0.100/forwarding",
        ] {
            value = 1 - value;
            sysctl::write(&ns0, "net.ipv4.conf.eth0.forwarding", &(1 - value).to_string()).expect("written");
            let old = sysctl::write(&ns0, key, &value.to_string()).expect("written");
            assert!(matches!(old, Found::One(_)), "{key}");
            assert_eq!(forwarding("eth0.100"), format!("{value}\n"), "{key}");
            assert_eq!(forwarding("eth0"), format!("{}\n", 1 - value), "{key}");
        }
        let group = many(&ns0, "net.ipv4.conf.eth0.100");
        assert!(group.iter().all(|(key, _)| key.starts_with("net.ipv4.conf.eth0/100.")), "{group:?}");
        // sysctl(8) spells them so too.
        let theirs = sh("ip netns exec ns0 sysctl net.ipv4.conf.eth0/100 | LC_ALL=C sort | sed 's/ = /=/'");
        let mut ours: Vec<_> = group.iter().map(|(key, value)| format!("{key}={value}")).collect();
        ours.sort();
        assert_eq!(ours.join("\n"), theirs.trim_end());
        let error = sysctl::read(&ns0, "net.ipv4.conf.eth0.100.forwrding").expect_err("misspelt");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"net.ipv4.conf.eth0/100.forwarding\"?"));
    });
}

#[test]
fn a_pattern_is_all_that_it_matches() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add name a type bridge; ip -n ns0 link add b.1 type bridge");
        sysctl::write(&ns0, "net.ipv4.conf.*.forwarding", "0").expect("written");
        let all = "net.ipv4.conf.*.forwarding";
        let names = ["a", "all", "b/1", "default", "lo"];
        let each = |value: u8| names.map(|name| format!("net.ipv4.conf.{name}.forwarding={value}")).join(" ");
        assert_eq!(line(&many(&ns0, all)), each(0));
        let Found::Many(old) = sysctl::write(&ns0, all, "1").expect("written") else { panic!("one") };
        assert_eq!(line(&old), each(0));
        assert_eq!(line(&many(&ns0, all)), each(1));
        // Written back as it was given.
        sysctl::write_all(&ns0, old).expect("written");
        assert_eq!(line(&many(&ns0, all)), each(0));
        assert_eq!(line(&many(&ns0, "net/ipv4/conf/b*/forwardin*")), "net/ipv4/conf/b.1/forwarding=0");
        // A pattern may stand for groups, and what has no value to read is left out.
        let whole = many(&ns0, "net.ipv4.*");
        assert!(whole.iter().any(|(key, _)| key == "net.ipv4.conf.b/1.forwarding"), "{whole:?}");
        assert!(!whole.iter().any(|(key, _)| key == "net.ipv4.route.flush"));
        let error = sysctl::read(&ns0, "net.ipv4.conf.*.nothing").expect_err("no match");
        assert!(error.is(&explain::SYSCTL_MISSING), "{error:?}");
        let error = sysctl::write(&ns0, "net.ipv4.con*", "1").expect_err("a group");
        assert!(error.is(&explain::SYSCTL_DIRECTORY), "{error:?}");
    });
}

#[test]
fn a_table_is_written_whole_or_not_at_all() {
    run(|| {
        let ns0 = namespace("ns0");
        sh("ip -n ns0 link add name a type bridge; ip -n ns0 link add name b type bridge");
        sysctl::write(&ns0, "net.ipv4.ip_forward", "0").expect("written");
        // ip_forward sets all the others too: it is written before these, whatever order their names have.
        let wanted =
            [("net.ipv4.conf.a.forwarding", "0"), ("net.ipv4.conf.b.forwarding", "1"), ("net.ipv4.ip_forward", "1")];
        let old = sysctl::write_all(&ns0, settings(&wanted)).expect("written");
        assert_eq!(line(&old), "net.ipv4.conf.a.forwarding=0 net.ipv4.conf.b.forwarding=0 net.ipv4.ip_forward=0");
        let state = || line(&many(&ns0, "net.ipv4.conf.*.forwarding"));
        let before = state();
        assert!(before.contains(".a.forwarding=0") && before.contains(".b.forwarding=1"), "{before}");
        // The last one is refused: what the others did, on a and b too, is undone.
        let bad =
            [("net.ipv4.ip_forward", "0"), ("net.ipv4.conf.*.rp_filter", "2"), ("net.ipv4.conf.lo.forwarding", "x")];
        let filters = line(&many(&ns0, "net.ipv4.conf.*.rp_filter"));
        let error = sysctl::write_all(&ns0, settings(&bad)).expect_err("x is no number");
        assert_eq!(
            error.message(),
            "sysctl \"net.ipv4.conf.lo.forwarding\" in \"ns0\" cannot be set to \"x\": invalid argument"
        );
        assert_eq!(error.notes(), [""; 0]);
        assert_eq!(state(), before);
        assert_eq!(line(&many(&ns0, "net.ipv4.conf.*.rp_filter")), filters);
        assert_eq!(sysctl::read(&ns0, "net.ipv4.ip_forward").expect("read"), one("1"));
        // Names are looked up before anything is written.
        let error = sysctl::write_all(&ns0, settings(&[("net.ipv4.ip_forward", "0"), ("net.ipv4.x", "1")]));
        assert!(error.expect_err("no such one").is(&explain::SYSCTL_MISSING));
        assert_eq!(sysctl::read(&ns0, "net.ipv4.ip_forward").expect("read"), one("1"));
        // A key goes before a pattern.
        let both = [("net.ipv4.conf.a.rp_filter", "1"), ("net.ipv4.conf.*.rp_filter", "2")];
        sysctl::write_all(&ns0, settings(&both)).expect("written");
        assert!(line(&many(&ns0, "net.ipv4.conf.*.rp_filter")).contains(".a.rp_filter=1"));
        assert_eq!(sysctl::read(&ns0, "net.ipv4.conf.b.rp_filter").expect("read"), one("2"));
    });
}

#[test]
fn scripts_get_tables() {
    run(|| {
        let printed = script(
            r#"
            local ns <close> = netns.add "ns0"
            ns:link_add("eth0.100", { type = "bridge" })
            local old = ns:sysctl { ["net.ipv4.ip_forward"] = true, ["net.ipv4.conf.eth0.100.rp_filter"] = 2 }
            print(old["net.ipv4.ip_forward"], math.type(old["net.ipv4.conf.eth0.100.rp_filter"]))
            print(ns:sysctl "net.ipv4.ip_forward")
            "#,
        );
        assert_eq!(printed, "0\tinteger\n1\n");
        let printed = script(
            r#"
            local ns <close> = netns.add "ns0"
            print(ns:sysctl("net.ipv4.conf.*.rp_filter", 1)["net.ipv4.conf.lo.rp_filter"])
            print(ns:sysctl("net.ipv4.conf.lo").rp_filter, ns:sysctl("net.ipv4.conf.lo")["net.ipv4.conf.lo.rp_filter"])
            for _, bad in ipairs { { 1 }, { a = {} }, 7 } do
              print(select(2, pcall(ns.sysctl, ns, bad)).message)
            end
            print(select(2, pcall(ns.sysctl, ns, {}, 1)).message)
            -- One that has no value until it is given one.
            print(pcall(ns.sysctl, ns, "net.ipv6.conf.lo.stable_secret"))
            print(ns:sysctl("net.ipv6.conf.lo.stable_secret", "2001:db8::1") == "")
            "#,
        );
        assert_eq!(
            printed,
            "0\nnil\t1\n\
             argument 1 must be a table from keys to values, got a table\n\
             argument 1 must be a table with a string or a number for \"a\", got a table\n\
             argument 1 must be a string, or a table from keys to values, got the number 7\n\
             argument 2 must be left out beside a table, got the number 1\n\
             false\t(command line):10: netns.sysctl: sysctl \"net.ipv6.conf.lo.stable_secret\" in \"ns0\" cannot be read: I/O error (EIO)\n\
             true\n"
        );
    });
}

#[test]
fn what_is_wrong_is_said() {
    run(|| {
        let ns0 = namespace("ns0");
        let error = sysctl::read(&ns0, "net.ipv4.ip_foward").expect_err("misspelt");
        assert_eq!((error.code().as_str(), error.object_name()), ("ENOENT", Some("ns0")));
        assert_eq!(error.message(), "no sysctl \"net.ipv4.ip_foward\" in \"ns0\"");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"net.ipv4.ip_forward\"?"));
        let error = sysctl::write(&ns0, "net.ipv4.ip_default_ttl", "plenty").expect_err("no number");
        assert!(error.is(&explain::SYSCTL_REFUSED), "{error:?}");
        assert_eq!((error.code().as_str(), error.class()), ("EINVAL", Class::Script));
        let error = sysctl::write(&ns0, "net.ipv4.conf", "1").expect_err("a group");
        assert!(error.is(&explain::SYSCTL_DIRECTORY), "{error:?}");
        let error = sysctl::write(&ns0, "kernel.osrelease", "7").expect_err("read only");
        assert!(error.is(&explain::SYSCTL_READ_ONLY), "{error:?}");
        assert_eq!((error.code().as_str(), error.class()), ("EACCES", Class::Script));
    });
}
