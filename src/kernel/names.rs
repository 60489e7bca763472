//! Numbers that iproute2 gives names to: routing tables, protocols, scopes, link groups (`/etc/iproute2`).
//!
//! The names iproute2 has built in hold without its files; a file may add names, and is read only when one is needed.

use std::cell::{OnceCell, RefCell};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::words::number;

/// Where iproute2 looks, in its order (since 6.5 a distribution's own files are under /usr).
const FOLDERS: [&str; 3] = ["/etc/iproute2", "/usr/lib/iproute2", "/usr/share/iproute2"];

/// Protocols over IP (IANA's assignments; `/etc/protocols` has them too).
pub const IP_PROTOCOLS: &[(u32, &str)] = &[
    (1, "icmp"),
    (2, "igmp"),
    (4, "ipencap"),
    (6, "tcp"),
    (17, "udp"),
    (33, "dccp"),
    (41, "ipv6"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "ipv6-icmp"),
    (132, "sctp"),
    (136, "udplite"),
    (137, "mpls-in-ip"),
];

/// The names of one sort of number.
#[derive(Debug)]
pub struct Names {
    file: &'static str,
    built_in: &'static [(u32, &'static str)],
    read: OnceCell<Vec<(u32, String)>>,
    shared: RefCell<Vec<(u32, Arc<str>)>>,
}

impl Names {
    /// Routing tables: `main`, `local`, `default`, those of `rt_tables`.
    pub fn tables() -> Self {
        Self::new("rt_tables", &[(254, "main"), (255, "local"), (253, "default"), (0, "unspec")])
    }

    /// Who made a route: `kernel`, `boot`, `static`, `ra`, those of `rt_protos`.
    pub fn protocols() -> Self {
        Self::new(
            "rt_protos",
            &[
                (0, "unspec"),
                (1, "redirect"),
                (2, "kernel"),
                (3, "boot"),
                (4, "static"),
                (8, "gated"),
                (9, "ra"),
                (10, "mrt"),
                (11, "zebra"),
                (12, "bird"),
                (13, "dnrouted"),
                (14, "xorp"),
                (15, "ntk"),
                (16, "dhcp"),
                (18, "keepalived"),
                (42, "babel"),
                (186, "bgp"),
                (187, "isis"),
                (188, "ospf"),
                (189, "rip"),
                (192, "eigrp"),
            ],
        )
    }

    /// Who made an address: the kernel for `lo`, for a router's announcement, for a link's own address.
    pub fn address_protocols() -> Self {
        Self::new("rt_addrprotos", &[(0, "unspec"), (1, "kernel_lo"), (2, "kernel_ra"), (3, "kernel_ll")])
    }

    /// How far an address or a route reaches: `global`, `link`, `host`, `site`, `nowhere`.
    pub fn scopes() -> Self {
        Self::new("rt_scopes", &[(0, "global"), (253, "link"), (254, "host"), (200, "site"), (255, "nowhere")])
    }

    /// Groups of links: `default` is 0.
    pub fn groups() -> Self {
        Self::new("group", &[(0, "default")])
    }

    /// Realms of routes: `cosmos` is 0.
    pub fn realms() -> Self {
        Self::new("rt_realms", &[(0, "cosmos")])
    }

    /// Protocols over IP.
    pub fn ip_protocols() -> Self {
        Self::new("", IP_PROTOCOLS)
    }

    /// Types of service (the DS field).
    pub fn dsfields() -> Self {
        Self::new("rt_dsfield", &[])
    }

    fn new(file: &'static str, built_in: &'static [(u32, &'static str)]) -> Self {
        Self { file, built_in, read: OnceCell::new(), shared: RefCell::default() }
    }

    /// The number that `text` names or is (decimal, or hexadecimal with `0x`).
    pub fn number(&self, text: &str) -> Option<u32> {
        if let Some((number, _)) = self.built_in.iter().find(|(_, name)| *name == text) {
            return Some(*number);
        }
        if let Some(number) = number(text) {
            return Some(number);
        }
        self.in_files().iter().find(|(_, name)| name == text).map(|(number, _)| *number)
    }

    /// The name of `number`, or its digits.
    pub fn name(&self, number: u32) -> String {
        if let Some((_, name)) = self.built_in.iter().find(|(known, _)| *known == number) {
            return (*name).to_owned();
        }
        let named = self.in_files().iter().find(|(known, _)| *known == number);
        named.map_or_else(|| number.to_string(), |(_, name)| name.clone())
    }

    /// [`Names::name`] without a copy for each: long lists have few names.
    pub fn shared(&self, number: u32) -> Arc<str> {
        let mut shared = self.shared.borrow_mut();
        match shared.iter().find(|(known, _)| *known == number) {
            Some((_, name)) => Arc::clone(name),
            None => {
                let name = Arc::from(self.name(number));
                shared.push((number, Arc::clone(&name)));
                name
            }
        }
    }

    /// All names, for "did you mean".
    pub fn known(&self) -> impl Iterator<Item = &str> {
        let in_files = self.in_files().iter().map(|(_, name)| name.as_str());
        self.built_in.iter().map(|(_, name)| *name).chain(in_files)
    }

    fn in_files(&self) -> &[(u32, String)] {
        self.read.get_or_init(|| {
            let mut names = Vec::new();
            for folder in FOLDERS.map(Path::new) {
                names.extend(fs::read_to_string(folder.join(self.file)).iter().flat_map(|text| entries(text)));
                // The names of packages, as iproute2 reads them.
                let Ok(more) = fs::read_dir(folder.join(format!("{}.d", self.file))) else { continue };
                let mut paths: Vec<_> = more.filter_map(Result::ok).map(|entry| entry.path()).collect();
                paths.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
                paths.sort();
                for path in paths {
                    names.extend(fs::read_to_string(path).iter().flat_map(|text| entries(text)));
                }
            }
            names
        })
    }
}

/// `number name` a line; `#` begins a comment.
fn entries(text: &str) -> Vec<(u32, String)> {
    let words = |line: &str| {
        let mut words = line.split('#').next()?.split_whitespace();
        Some((number(words.next()?)?, words.next()?.to_owned()))
    };
    text.lines().filter_map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let tables = Names::tables();
        assert_eq!(
            (tables.number("main"), tables.number("100"), tables.number("0x10")),
            (Some(254), Some(100), Some(16))
        );
        assert_eq!(tables.number("nosuch-table"), None);
        assert_eq!((tables.name(255), tables.name(77_777)), ("local".to_owned(), "77777".to_owned()));
        assert_eq!(Names::scopes().number("link"), Some(253));
        assert_eq!(Names::groups().name(0), "default");
        assert!(Names::protocols().known().any(|name| name == "ra"));
    }

    #[test]
    fn a_file_is_read_leniently() {
        let text = "# comment\n100\tblue\n0x65 red # inline\n#1\tinr.ruhep\nnonsense\n7\n";
        assert_eq!(entries(text), [(100, "blue".to_owned()), (101, "red".to_owned())]);
    }
}
