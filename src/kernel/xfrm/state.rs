//! States of IPsec (`ip xfrm state`): how the packets between two addresses are en- or decrypted.

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

use super::algorithm::{AEAD, PLAIN, TRUNCATED};
use super::form::{ADDRESS, MODES, PROTOCOL, SECONDS, SPI, bit, family, of_bit, of_family, one_family};
use super::sort::Sort;
use super::{inner, limits, open, plain_mask, read_limits, refused, selector, structure, whole_mask};
use crate::error::{Error, Result, explain};
use crate::kernel::entry::{Links, delete_each};
use crate::kernel::family::shown;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Be16, Be32, Bits8, Bits32, Link, Names8, Names16, Nested, Own, U32, U64, Words8};
use crate::kernel::words::{
    self, HEADER, NOWHERE, NameOf, Own as Form, Setting, Settings, Word, fact_field, field, find, need, option, text,
};
use crate::netlink::{Message, attr};

/// `XFRM_MSG_*SA`, and that which has the kernel choose an SPI.
pub(in crate::kernel) const NEW: u16 = 16;
const DELETE: u16 = 17;
const GET: u16 = 18;
const ALLOCATE: u16 = 22;
const UPDATE: u16 = 26;
/// Lengths of `struct xfrm_usersa_info` and `xfrm_usersa_id`.
pub(in crate::kernel) const LENGTH: usize = 224;
const IDENTITY: usize = 24;
/// Where the limits and the family are in the first of these.
const LIMIT: usize = 96;
const FAMILY: usize = 212;
/// `XFRMA_*`.
const AUTH: u16 = 1;
const ENCAP: u16 = 4;
const REPLAY: u16 = 10;
const SOURCE: u16 = 13;
const CARE_OF: u16 = 14;
const ESN: u16 = 23;
const OFFLOAD: u16 = 28;
/// Length of `struct xfrm_encap_tmpl` and of `struct xfrm_user_offload`.
const ENCAP_LENGTH: usize = 24;
pub(super) const OFFLOAD_LENGTH: usize = 8;

/// `XFRM_STATE_*`.
const FLAGS: &[(&str, u32)] = &[
    ("noecn", 1),
    ("decap-dscp", 2),
    ("nopmtudisc", 4),
    ("wildrecv", 8),
    ("icmp", 16),
    ("af-unspec", 32),
    ("align4", 64),
    ("esn", 128),
];
/// `XFRM_SA_XFLAG_*`.
const EXTRA_FLAGS: &[(&str, u32)] = &[("dont-encap-dscp", 1), ("oseq-may-wrap", 2)];

/// `struct xfrm_encap_tmpl`.
const ENCAP_WORDS: &[Word] = &[
    field("type", HEADER, ENCAP_LENGTH, 0, Names16(&[(1, "espinudp-nonike"), (2, "espinudp"), (7, "espintcp")])),
    field("sport", HEADER, ENCAP_LENGTH, 2, Be16),
    field("dport", HEADER, ENCAP_LENGTH, 4, Be16),
    field("oaddr", HEADER, ENCAP_LENGTH, 8, Own(&ADDRESS)),
];

/// `struct xfrm_user_offload`.
pub(super) const OFFLOAD_WORDS: &[Word] = &[
    field("dev", HEADER, OFFLOAD_LENGTH, 0, Link),
    field("dir", HEADER, OFFLOAD_LENGTH, 4, Own(&DIRECTION)),
    field("type", HEADER, OFFLOAD_LENGTH, 4, Own(&OFFLOADED)),
];

/// `XFRM_OFFLOAD_INBOUND`.
static DIRECTION: Form = Form {
    expected: "in or out",
    encode: |value| bit(value, ["out", "in"], 2),
    decode: |bytes| of_bit(bytes, ["out", "in"], 2),
    width: Some(1),
};
/// `XFRM_OFFLOAD_PACKET`.
static OFFLOADED: Form = Form {
    expected: "crypto or packet",
    encode: |value| bit(value, ["crypto", "packet"], 4),
    decode: |bytes| of_bit(bytes, ["crypto", "packet"], 4),
    width: Some(1),
};

/// A state's options.
pub const WORDS: &[Word] = &[
    field("src", HEADER, LENGTH, 80, Own(&ADDRESS)),
    field("dst", HEADER, LENGTH, 56, Own(&ADDRESS)),
    field("proto", HEADER, LENGTH, 76, PROTOCOL),
    field("spi", HEADER, LENGTH, 72, Own(&SPI)),
    field("reqid", HEADER, LENGTH, 208, U32),
    field("mode", HEADER, LENGTH, 214, Words8(MODES)),
    field("seq", HEADER, LENGTH, 204, Be32),
    option("replay_window", NOWHERE, U32),
    field("flag", HEADER, LENGTH, 216, Bits8(FLAGS)),
    option("extra_flag", 24, Bits32(EXTRA_FLAGS)),
    field("mark", 21, 8, 0, U32),
    field("mask", 21, 8, 4, U32),
    option("output_mark", 29, U32),
    option("output_mark_mask", 30, U32),
    option("if_id", 31, U32),
    option("auth", AUTH, Own(&PLAIN)),
    option("auth_trunc", 20, Own(&TRUNCATED)),
    option("enc", 2, Own(&PLAIN)),
    option("aead", 18, Own(&AEAD)),
    option("comp", 3, Own(&PLAIN)),
    option("encap", NOWHERE, Nested(ENCAP_WORDS)),
    option("coa", CARE_OF, Own(&ADDRESS)),
    option("sel", NOWHERE, Nested(selector::WORDS)),
    option("limit", NOWHERE, Nested(super::LIMIT)),
    option("offload", NOWHERE, Nested(OFFLOAD_WORDS)),
    option("replay_seq", NOWHERE, U32),
    option("replay_oseq", NOWHERE, U32),
    option("replay_seq_hi", NOWHERE, U32),
    option("replay_oseq_hi", NOWHERE, U32),
    option("tfcpad", 22, U32),
    option("dir", 33, Names8(&[(1, "in"), (2, "out")])),
    fact_field("bytes", HEADER, LENGTH, 160, U64),
    fact_field("packets", HEADER, LENGTH, 168, U64),
    fact_field("add_time", HEADER, LENGTH, 176, Own(&SECONDS)),
    fact_field("use_time", HEADER, LENGTH, 184, Own(&SECONDS)),
];

const SORT: Sort =
    Sort { new: NEW, doing: ["reading a state", "listing states"], missing: Errno::ESRCH, message, record, word };

/// Adds a state; `EEXIST` if there is one with its addresses, protocol and SPI.
pub fn add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["proto"])?;
    let message = SORT.whole(namespace, NEW, settings)?;
    SORT.send(namespace, (message, NLM_F_CREATE | NLM_F_EXCL), settings, "adding a state")
}

/// Changes a state as far as the kernel can, which leaves the keys as they are; adds it if it is not there.
pub fn replace(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["proto"])?;
    let message = SORT.whole(namespace, UPDATE, settings)?;
    match open(namespace)?.execute(message, NLM_F_REPLACE) {
        Err(error) if error.as_errno() == Some(Errno::ESRCH) => add(namespace, settings),
        changed => changed.map_err(|error| word(error, namespace, settings, "changing a state")),
    }
}

/// Deletes a state; `ESRCH` if there is none with this destination, protocol and SPI.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["proto"])?;
    SORT.send(namespace, (identity(DELETE, settings)?, 0), settings, "deleting a state")
}

/// Reads a state; `ESRCH` if there is none with this destination, protocol and SPI.
pub fn get(namespace: &Namespace, settings: &Settings) -> Result<Settings> {
    need(settings, &["proto"])?;
    SORT.ask(namespace, identity(GET, settings)?, settings)
}

/// Has the kernel choose an SPI, from `min` to `max`, for a state that is still to come, and reads that.
pub fn allocspi(namespace: &Namespace, settings: &Settings, (min, max): (u32, u32)) -> Result<Settings> {
    need(settings, &["proto"])?;
    if min > max {
        let error = Error::new(&explain::WORD_VALUE).with("key", "max").with("got", max);
        return Err(error.with("expected", format!("at least min, {min}")));
    }
    let mut message = SORT.whole(namespace, ALLOCATE, settings)?;
    let range = [min.to_ne_bytes(), max.to_ne_bytes()].concat();
    message.bytes.splice(LENGTH..LENGTH, range);
    SORT.ask(namespace, message, settings).map_err(|error| match error.is(&explain::OBJECT_MISSING) {
        false => error,
        true => {
            let error = Error::new(&explain::XFRM_NO_SPI).errno(Errno::ENOENT).with("min", min).with("max", max);
            error.with("what", what(settings)).object(what(settings))
        }
    })
}

/// The states of a namespace that have all that `filter` says.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    SORT.list(namespace, filter)
}

/// Deletes the states that [`list`] gives; how many there were.
pub fn flush(namespace: &Namespace, filter: &Settings) -> Result<usize> {
    delete_each(list(namespace, filter)?, |state| delete(namespace, &state))
}

fn what(settings: &Settings) -> String {
    let [proto, dst, spi] = ["proto", "dst", "spi"].map(|key| shown(settings, key));
    format!("state of {proto} to {dst}, spi {spi}")
}

fn word(error: Error, namespace: &Namespace, settings: &Settings, doing: &'static str) -> Error {
    let what = what(settings);
    if error.as_errno() == Some(Errno::EPROTONOSUPPORT) {
        let six = family(settings, &["dst", "src"]).is_some_and(|family| i32::from(family) == libc::AF_INET6);
        let (module, config) = match (text(settings, "proto"), six) {
            (Some("ah"), false) => ("ah4", "CONFIG_INET_AH"),
            (Some("ah"), true) => ("ah6", "CONFIG_INET6_AH"),
            (Some("comp"), false) => ("ipcomp", "CONFIG_INET_IPCOMP"),
            (Some("comp"), true) => ("ipcomp6", "CONFIG_INET6_IPCOMP"),
            (Some("route2" | "hao"), _) => ("mip6", "CONFIG_IPV6_MIP6"),
            (_, false) => ("esp4", "CONFIG_INET_ESP"),
            (_, true) => ("esp6", "CONFIG_INET6_ESP"),
        };
        let error = error.explain(&[(Errno::EPROTONOSUPPORT, &explain::MODULE_MISSING)]).object(&what);
        let what = format!("IPsec by {}", shown(settings, "proto"));
        return error.with("what", what).with("module", module).with("config", config);
    }
    let mut rows = vec![(Errno::ENOSYS, &explain::XFRM_ALGORITHM)];
    if error.kernel_text().is_none() {
        // Older kernels have no words for anything, newer ones none for what an algorithm says.
        rows.push((Errno::EINVAL, &explain::XFRM_KEY));
    }
    let error = error.explain(&rows);
    refused(error, namespace, &what, doing)
}

fn message(kind: u16, settings: &Settings, links: &mut Links<'_>) -> Result<Message> {
    let mut settings = settings.clone();
    whole_mask(&mut settings, "mark", "mask");
    let settings = &settings;
    one_family(settings)?;
    let family = family(settings, &["dst", "src"]).unwrap_or_default();
    let mut header = structure("a state", (WORDS, LENGTH), settings, links)?;
    if let Some(sel) = inner(settings, "sel")? {
        header[..selector::LENGTH].copy_from_slice(&selector::write(sel, family, links)?);
    }
    header[LIMIT..LIMIT + super::LIMITS].copy_from_slice(&limits(settings, links)?);
    header[FAMILY..FAMILY + 2].copy_from_slice(&family.to_ne_bytes());
    let replay = replay(settings, &mut header)?;
    let attributes = words::encode(WORDS, settings, &mut |name| links.index(name))?;
    let mut message = Message::new(kind, &header).with_all(&attributes).with_all(&replay);
    if let Some(encap) = inner(settings, "encap")? {
        message = message.with(ENCAP, &structure("\"encap\"", (ENCAP_WORDS, ENCAP_LENGTH), encap, links)?);
    }
    if let Some(offload) = inner(settings, "offload")? {
        message = message.with(OFFLOAD, &structure("\"offload\"", (OFFLOAD_WORDS, OFFLOAD_LENGTH), offload, links)?);
    }
    Ok(message)
}

/// The window and the numbers against replay: a large window, and numbers of 64 bits, stand in a struct of their own.
fn replay(settings: &Settings, header: &mut [u8]) -> Result<Vec<u8>> {
    let number = |key| -> Result<u32> {
        let bytes = words::bytes(WORDS, settings, key)?;
        Ok(bytes.as_deref().and_then(attr::u32_of).unwrap_or_default())
    };
    let window = number("replay_window")?;
    let (seq, oseq) = (number("replay_seq")?, number("replay_oseq")?);
    let (seq_hi, oseq_hi) = (number("replay_seq_hi")?, number("replay_oseq_hi")?);
    let mut attributes = Vec::new();
    if window > 32 || header[216] & 128 != 0 {
        let words = window.div_ceil(32);
        let numbers = [words, oseq, seq, oseq_hi, seq_hi, window].map(u32::to_ne_bytes).concat();
        let bitmap = vec![0; usize::try_from(words).unwrap_or_default().min(1024) * 4];
        attr::put(&mut attributes, ESN, &[numbers, bitmap].concat());
    } else {
        header[215] = u8::try_from(window).unwrap_or_default();
        if seq != 0 || oseq != 0 {
            attr::put(&mut attributes, REPLAY, &[oseq, seq, 0].map(u32::to_ne_bytes).concat());
        }
    }
    Ok(attributes)
}

/// A message about the state with this destination, protocol and SPI: `struct xfrm_usersa_id`.
fn identity(kind: u16, settings: &Settings) -> Result<Message> {
    let mut settings = settings.clone();
    whole_mask(&mut settings, "mark", "mask");
    let told = |name| words::bytes(WORDS, &settings, name);
    let mut header = Vec::with_capacity(IDENTITY);
    header.extend(told("dst")?.unwrap_or_else(|| vec![0; 16]));
    header.extend(told("spi")?.unwrap_or_else(|| vec![0; 4]));
    header.extend(family(&settings, &["dst", "src"]).unwrap_or(libc::AF_INET as u16).to_ne_bytes());
    header.extend(told("proto")?.unwrap_or_else(|| vec![0]));
    header.resize(IDENTITY, 0);
    let mark = settings.iter().filter(|(key, _)| matches!(&**key, "mark" | "mask")).cloned().collect();
    let message = Message::new(kind, &header).with_all(&words::encode(WORDS, &mark, &mut words::no_links)?);
    Ok(match told("src")? {
        Some(source) => message.with(SOURCE, &source),
        None => message,
    })
}

/// What an answer says that lasts: not how much went through, nor when and with which numbers.
pub fn lasting(bytes: &[u8]) -> Option<Settings> {
    const RUNNING: [&str; 7] =
        ["bytes", "packets", "use_time", "replay_seq", "replay_oseq", "replay_seq_hi", "replay_oseq_hi"];
    record(bytes, &|_| None).map(|state| words::without(&state, &RUNNING))
}

/// What an answer of `XFRM_MSG_NEWSA` says; none if it is too short.
pub fn record(bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let header = bytes.get(..LENGTH)?;
    let attributes = bytes.get(LENGTH..).unwrap_or_default();
    let family = u16::from_ne_bytes([header[FAMILY], header[FAMILY + 1]]);
    let mut state = words::decode(WORDS, header, attributes, name);
    of_family(&mut state, &["src", "dst", "coa"], family);
    if find(&state, "auth_trunc").is_some() {
        state.retain(|(key, _)| key != "auth");
    }
    let selector = selector::read(header, name)?;
    if selector.len() > 2 || header[42] != 0 || header[43] != 0 {
        state.push(("sel".into(), Setting::Table(selector)));
    }
    read_limits(&mut state, header.get(LIMIT..LIMIT + super::LIMITS));
    if let Some(encap) = attr::find(attributes, ENCAP) {
        let mut encap = words::decode(ENCAP_WORDS, encap, &[], name);
        of_family(&mut encap, &["oaddr"], family);
        encap.retain(|(_, value)| !matches!(value, Setting::Text(text) if text == "0.0.0.0" || text == "::"));
        state.push(("encap".into(), Setting::Table(encap)));
    }
    if let Some(offload) = attr::find(attributes, OFFLOAD) {
        state.push(("offload".into(), Setting::Table(words::decode(OFFLOAD_WORDS, offload, &[], name))));
    }
    read_replay(&mut state, header[215], attributes);
    plain_mask(&mut state, "mark", "mask");
    plain_mask(&mut state, "output_mark", "output_mark_mask");
    state.retain(|(key, value)| {
        let empty = matches!(value, Setting::List(none) if none.is_empty());
        !empty && (key != "seq" || *value != Setting::Integer(0))
    });
    Some(state)
}

fn read_replay(state: &mut Settings, window: u8, attributes: &[u8]) {
    let number = |bytes: &[u8], place: usize| bytes.get(place * 4..).and_then(attr::u32_of).unwrap_or_default();
    let esn = attr::find(attributes, ESN);
    let (window, numbers) = match (esn, attr::find(attributes, REPLAY)) {
        (Some(esn), _) => (number(esn, 5), [number(esn, 2), number(esn, 1), number(esn, 4), number(esn, 3)]),
        (None, Some(value)) => (window.into(), [number(value, 1), number(value, 0), 0, 0]),
        (None, None) => (window.into(), [0; 4]),
    };
    state.push(("replay_window".into(), Setting::Integer(window.into())));
    let names = ["replay_seq", "replay_oseq", "replay_seq_hi", "replay_oseq_hi"];
    for (name, number) in names.into_iter().zip(numbers).filter(|(_, number)| *number != 0) {
        state.push((name.into(), Setting::Integer(number.into())));
    }
}
