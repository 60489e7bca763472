//! IPsec in the kernel, in the words of `ip xfrm` (Linux `include/uapi/linux/xfrm.h`): the states that en- and decrypt, and the
//! policies that say which packets they are for.
//!
//! Most of it is fixed structs; addresses stand in 16 bytes, whose family is a field elsewhere.

mod algorithm;
mod form;
pub mod info;
pub mod policy;
mod policy_default;
mod selector;
mod sort;
pub mod state;
#[cfg(test)]
mod tests;

use netlink_sys::protocols::NETLINK_XFRM;
use nix::errno::Errno;

use super::entry::{self, Links};
use super::namespace::Namespace;
use super::words::Form::Own;
use super::words::{self, HEADER, Setting, Settings, Word, field, integer};
use crate::error::{Error, Result, explain};
use crate::netlink::Socket;

pub use policy_default::{WORDS as DEFAULT_WORDS, get as policy_getdefault, set as policy_setdefault};

/// Length of `struct xfrm_lifetime_cfg`.
const LIMITS: usize = 64;
/// `struct xfrm_lifetime_cfg`: when something ends (hard), and when its maker is told that it soon will (soft).
const LIMIT: &[Word] = &[
    field("byte_soft", HEADER, LIMITS, 0, Own(&form::AMOUNT)),
    field("byte_hard", HEADER, LIMITS, 8, Own(&form::AMOUNT)),
    field("packet_soft", HEADER, LIMITS, 16, Own(&form::AMOUNT)),
    field("packet_hard", HEADER, LIMITS, 24, Own(&form::AMOUNT)),
    field("time_soft", HEADER, LIMITS, 32, Own(&form::SECONDS)),
    field("time_hard", HEADER, LIMITS, 40, Own(&form::SECONDS)),
    field("time_use_soft", HEADER, LIMITS, 48, Own(&form::SECONDS)),
    field("time_use_hard", HEADER, LIMITS, 56, Own(&form::SECONDS)),
];

/// Opens a socket for IPsec in a namespace.
pub(super) fn open(namespace: &Namespace) -> Result<Socket> {
    namespace.enter(|| Socket::open_protocol(NETLINK_XFRM)).map_err(|error| {
        let error = error.explain(&[(Errno::EPROTONOSUPPORT, &explain::MODULE_MISSING)]);
        error.with("what", "IPsec").with("module", "xfrm_user").with("config", "CONFIG_XFRM_USER")
    })
}

/// A struct of `size` bytes with what `settings` say of the words, which are fields of it; `what` has them, for the error.
fn structure(
    what: &str,
    (words, size): (&'static [Word], usize),
    settings: &Settings,
    links: &mut Links<'_>,
) -> Result<Vec<u8>> {
    words::check(what, &[words], settings)?;
    let mut bytes = vec![0; size];
    words::fill_header(&mut bytes, words, settings, &mut |name| links.index(name))?;
    Ok(bytes)
}

/// The limits that `settings` have: without one, there is none.
fn limits(settings: &Settings, links: &mut Links<'_>) -> Result<Vec<u8>> {
    let mut limit = inner(settings, "limit")?.cloned().unwrap_or_default();
    for amount in ["byte_soft", "byte_hard", "packet_soft", "packet_hard"] {
        if words::find(&limit, amount).is_none() {
            limit.push((amount.into(), Setting::Integer(form::UNLIMITED)));
        }
    }
    structure("\"limit\"", (LIMIT, LIMITS), &limit, links)
}

/// Adds the limits that these bytes say, if there are some.
fn read_limits(record: &mut Settings, bytes: Option<&[u8]>) {
    let limit = words::decode(LIMIT, bytes.unwrap_or_default(), &[], &|_| None);
    if !limit.is_empty() {
        record.push(("limit".into(), Setting::Table(limit)));
    }
}

/// The table called `key`; `EINVAL` for what is no table.
fn inner<'a>(settings: &'a Settings, key: &str) -> Result<Option<&'a Settings>> {
    match words::find(settings, key) {
        None => Ok(None),
        Some(Setting::Table(table)) => Ok(Some(table)),
        Some(other) => {
            let error = Error::new(&explain::WORD_VALUE).with("key", key).with("got", other);
            Err(error.with("expected", "a table of options"))
        }
    }
}

/// A mark counts with the bits that its mask has; all of them unless told.
fn whole_mask(settings: &mut Settings, mark: &str, mask: &'static str) {
    if words::find(settings, mark).is_some() && words::find(settings, mask).is_none() {
        settings.push((mask.into(), Setting::Integer(u32::MAX.into())));
    }
}

/// Leaves out a mask of all bits, and what says nothing.
fn plain_mask(record: &mut Settings, mark: &str, mask: &str) {
    if integer(record, mask) == Some(u32::MAX.into()) {
        record.retain(|(key, _)| key != mask);
    }
    if integer(record, mark) == Some(0) && matches!(integer(record, mask), Some(0)) {
        record.retain(|(key, _)| key != mark && key != mask);
    }
}

/// Whether a record has all that a filter, which was read as it was, says.
fn meets(record: &Settings, filter: &Settings) -> bool {
    filter.iter().all(|(key, wanted)| match (words::find(record, key), wanted) {
        (Some(Setting::Table(found)), Setting::Table(wanted)) => meets(found, wanted),
        (found, wanted) => found == Some(wanted),
    })
}

/// Words a refusal about `what`, in a namespace.
fn refused(error: Error, namespace: &Namespace, what: &str, doing: &'static str) -> Error {
    let label = namespace.label();
    let place = if label.is_empty() { String::new() } else { format!(" in \"{label}\"") };
    entry::refused(error, format!("{what}{place}"), doing).object(what)
}
