//! Sysctls, each in the namespace it is meant for.

use nsl::error::{Class, explain};
use nsl::kernel::namespace::Namespace;
use nsl::kernel::sysctl;

use super::namespace;
use crate::sandbox::{run, sh};

#[test]
fn a_sysctl_is_that_of_its_namespace() {
    run(|| {
        let (ns0, home) = (namespace("ns0"), Namespace::home());
        let before = sh("cat /proc/sys/net/ipv4/ip_forward");
        sh("ip netns exec ns0 sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'");
        assert_eq!(sysctl::write(&ns0, "net.ipv4.ip_forward", "1").expect("written"), "0");
        assert_eq!(sysctl::read(&ns0, "net/ipv4/ip_forward").expect("read"), "1");
        assert_eq!(sh("ip netns exec ns0 cat /proc/sys/net/ipv4/ip_forward"), "1\n");
        assert_eq!(sh("cat /proc/sys/net/ipv4/ip_forward"), before);
        assert_eq!(sysctl::read(&home, "net.ipv4.ip_forward").expect("read"), before.trim_end());
        sh("ip -n ns0 link add eth0.5 type bridge");
        assert_eq!(sysctl::write(&ns0, "net/ipv4/conf/eth0.5/forwarding", "0").expect("written"), "1");
    });
}

#[test]
fn what_is_wrong_is_said() {
    run(|| {
        let ns0 = namespace("ns0");
        let error = sysctl::read(&ns0, "net.ipv4.ip_foward").expect_err("misspelt");
        assert_eq!((error.code().as_str(), error.object_name()), ("ENOENT", Some("ns0")));
        assert_eq!(error.hint().as_deref(), Some("did you mean \"net.ipv4.ip_forward\"?"));
        let error = sysctl::write(&ns0, "net.ipv4.ip_default_ttl", "plenty").expect_err("no number");
        assert!(error.is(&explain::SYSCTL_REFUSED), "{error:?}");
        assert_eq!((error.code().as_str(), error.class()), ("EINVAL", Class::Script));
        let error = sysctl::write(&ns0, "net.ipv4.conf", "1").expect_err("a group");
        assert!(error.is(&explain::SYSCTL_DIRECTORY), "{error:?}");
        let error = sysctl::read(&ns0, "net.ipv4.conf").expect_err("a group");
        assert!(error.is(&explain::SYSCTL_DIRECTORY), "{error:?}");
        let error = sysctl::write(&ns0, "kernel.osrelease", "7").expect_err("read only");
        assert!(error.is(&explain::SYSCTL_READ_ONLY), "{error:?}");
        assert_eq!((error.code().as_str(), error.class()), ("EACCES", Class::Script));
    });
}
