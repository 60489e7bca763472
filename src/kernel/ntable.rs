//! Parameters of the tables of neighbours, of each link, in the words of `ip ntable` (Linux
//! `include/uapi/linux/neighbour.h`, `struct ndtmsg`).

use nix::errno::Errno;

use super::device::{Device, index_names};
use super::entry::{self, Links};
use super::namespace::Namespace;
use super::words::Form::{Link, Per64, Text, U32, U64};
use super::words::{self, Setting, Settings, Word, fact, fact_field, flat, option};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, attr};

/// `RTM_GETNEIGHTBL` and `RTM_SETNEIGHTBL`.
const GET: u16 = 66;
const SET: u16 = 67;
/// Length of `struct ndtmsg`.
const LENGTH: usize = 4;
/// `NDTA_NAME`, `NDTA_PARMS`.
const NAME: u16 = 1;
const PARAMETERS: u16 = 6;
/// `NDTA_CONFIG`, a `struct ndt_config`, and `NDTA_STATS`, a `struct ndt_stats`.
const CONFIG: u16 = 5;
const STATS: u16 = 7;

/// Times are in milliseconds.
const TIME: super::words::Form = Per64(1000);

/// What a table and its links have.
pub const WORDS: &[Word] = &[
    option("thresh1", 2, U32),
    option("thresh2", 3, U32),
    option("thresh3", 4, U32),
    option("gc_int", 8, TIME),
    flat(PARAMETERS, OF_LINK),
    fact_field("key_length", CONFIG, 32, 0, words::Form::U16),
    fact_field("entry_size", CONFIG, 32, 2, words::Form::U16),
    fact_field("entries", CONFIG, 32, 4, U32),
    fact_field("lookups", STATS, 88, 32, U64),
    fact_field("hits", STATS, 88, 40, U64),
    fact_field("res_failed", STATS, 88, 24, U64),
    fact_field("table_fulls", STATS, 88, 80, U64),
];

/// `NDTPA_*`.
const OF_LINK: &[Word] = &[
    option("dev", 1, Link),
    option("base_reachable", 4, TIME),
    option("retrans", 5, TIME),
    option("gc_stale", 6, TIME),
    option("delay_probe", 7, TIME),
    option("queue", 8, U32),
    option("app_probes", 9, U32),
    option("ucast_probes", 10, U32),
    option("mcast_probes", 11, U32),
    option("anycast_delay", 12, TIME),
    option("proxy_delay", 13, TIME),
    option("proxy_queue", 14, U32),
    option("locktime", 15, TIME),
    option("mcast_reprobes", 17, U32),
    option("interval_probe_time", 19, TIME),
    fact("refcnt", 2, U32),
    fact("reachable", 3, TIME),
];

/// Changes parameters of the table called `name`: those of the link `dev`, else those that new links get.
pub fn change(namespace: &Namespace, name: &str, settings: &Settings) -> Result<()> {
    namespace.with_socket(|socket| {
        let mut message = Message::new(SET, &[0; LENGTH]);
        attr::put_text(&mut message.bytes, NAME, name);
        let mut links = Links::of(namespace, socket);
        let message = message.with_all(&words::encode(WORDS, settings, &mut |name| links.index(name))?);
        socket.execute(message, 0).map_err(|error| refused(error, name, settings).object(name))
    })
}

fn refused(error: Error, name: &str, settings: &Settings) -> Error {
    // A namespace has only what is of its links.
    let has = |key: &&str| words::find(settings, key).is_some();
    let shared = ["thresh1", "thresh2", "thresh3", "gc_int"].iter().any(has) || !has(&"dev");
    let error = if shared { error.explain(&[(Errno::ENOENT, &explain::NTABLE_SHARED)]) } else { error };
    let error = error.with("name", name);
    entry::refused(error, format!("table of neighbours \"{name}\""), "changing tables of neighbours")
}

/// The tables of a namespace, each and what it has for each link: all of a table by its `name`, or of one link.
pub fn list(namespace: &Namespace, name: Option<&str>, dev: Option<&Device>) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let dev = dev.map(|device| device.index_in(socket)).transpose()?;
        let names = index_names(socket)?;
        socket.dump_with(&Message::new(GET, &[0; LENGTH]), |_, bytes| {
            let attributes = bytes.get(LENGTH..)?;
            let index = attr::find(attributes, PARAMETERS).and_then(|of| attr::find(of, 1)).and_then(attr::u32_of);
            let table = attr::text(attr::find(attributes, NAME)?);
            if dev.is_some() && dev != index || name.is_some_and(|name| name != table) {
                return None;
            }
            let family = if i32::from(*bytes.first()?) == libc::AF_INET6 { "inet6" } else { "inet" };
            let mut settings = words::decode(&[fact("name", NAME, Text)], &[], attributes, &|_| None);
            settings.push(("family".into(), Setting::Text(family.to_owned())));
            settings.extend(words::decode(WORDS, &[], attributes, &|index| names.get(&index).cloned()));
            Some(settings)
        })
    })
}
