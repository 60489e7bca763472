//! Ports of UDP whose packets hold others, in the words of `ip fou` (Linux `include/uapi/linux/fou.h`).

use nix::errno::Errno;

use super::family::{Family, matching, shown};
use super::names::IP_PROTOCOLS;
use super::namespace::Namespace;
use super::words::Form::{self, Be16, Ip4, Ip6, Link, Names8};
use super::words::{Own, Setting, Settings, Word, find, flag, need, option, text};
use crate::error::{Error, Result, explain};

/// Foo over UDP.
pub static FAMILY: Family = Family { name: "fou", what: "foo over UDP", module: "fou", config: "CONFIG_NET_FOU" };
/// `FOU_CMD_*`.
const ADD: u8 = 1;
const DELETE: u8 = 2;
/// The command that lists them.
pub const GET: u8 = 3;

/// `FOU_ATTR_*`.
pub const WORDS: &[Word] = &[
    option("port", 1, Be16),
    option("family", 2, Names8(&[(2, "inet"), (10, "inet6")])),
    option("ipproto", 3, Names8(IP_PROTOCOLS)),
    option("gue", 4, Form::Own(&GUE)),
    option("local", 6, Ip4),
    option("local", 7, Ip6),
    option("peer", 8, Ip4),
    option("peer", 9, Ip6),
    option("peer_port", 10, Be16),
    option("dev", 11, Link),
];

/// `FOU_ENCAP_GUE`, or `FOU_ENCAP_DIRECT`.
static GUE: Own = Own {
    expected: "true or false",
    encode: |value| match value {
        Setting::Switch(on) => Some(vec![if *on { 2 } else { 1 }]),
        _ => None,
    },
    decode: |bytes| (bytes.first() == Some(&2)).then_some(Setting::Switch(true)),
    width: None,
};

/// Has a port take packets that hold others; `EADDRINUSE` where it is taken.
pub fn add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["port"])?;
    match find(settings, "ipproto") {
        Some(got) if flag(settings, "gue") => {
            let error = Error::new(&explain::WORD_VALUE).with("key", "ipproto").with("got", got);
            return Err(error.with("expected", "left out beside gue, whose packets say what they hold"));
        }
        None if !flag(settings, "gue") => return Err(Error::missing("ipproto")),
        _ => {}
    }
    if find(settings, "peer").is_some() {
        need(settings, &["peer_port"])?;
    }
    FAMILY.write(namespace, ADD, (WORDS, &whole(settings)), &what(settings)).map_err(|error| {
        // The kernel has another, or somebody else's socket has it.
        let taken = [(Errno::EADDRINUSE, &explain::OBJECT_IN_USE), (Errno::EALREADY, &explain::OBJECT_IN_USE)];
        error.explain(&taken).with("remedy", "choose another, or delete it with netns.fou_delete")
    })
}

/// Has a port take no such packets any more; `EINVAL` where it does not.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["port"])?;
    let deleted = FAMILY.write(namespace, DELETE, (WORDS, &whole(settings)), &what(settings));
    deleted.map_err(|error| error.explain(&[(Errno::EINVAL, &explain::OBJECT_MISSING)]))
}

/// The ports of a namespace that are as `filter` says.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let mut listed = FAMILY.list(namespace, GET, WORDS, "port for foo over UDP")?;
    // What the kernel says where nothing was said.
    listed.iter_mut().for_each(|port| port.retain(|(key, value)| !nothing(key, value)));
    matching(namespace, WORDS, listed, filter)
}

fn nothing(key: &str, value: &Setting) -> bool {
    match value {
        Setting::Integer(0) => matches!(key, "dev" | "ipproto" | "peer_port"),
        Setting::Text(address) => address == "0.0.0.0" || address == "::",
        _ => false,
    }
}

/// The settings with the family of their addresses, and with whether the port is for GUE.
fn whole(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    if find(&settings, "family").is_none() {
        let six = ["local", "peer"].iter().any(|key| text(&settings, key).is_some_and(|text| text.contains(':')));
        settings.push(("family".into(), Setting::Text(if six { "inet6" } else { "inet" }.to_owned())));
    }
    if find(&settings, "gue").is_none() {
        settings.push(("gue".into(), Setting::Switch(false)));
    }
    settings
}

fn what(settings: &Settings) -> String {
    format!("port {} for foo over UDP", shown(settings, "port"))
}
