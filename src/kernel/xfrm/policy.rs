//! Policies of IPsec (`ip xfrm policy`): which packets go through which states.

use nix::errno::Errno;

use super::form::{ADDRESS, MODES, PROTOCOL, SPI, family, of_family, one_family};
use super::sort::Sort;
use super::state::{OFFLOAD_LENGTH, OFFLOAD_WORDS};
use super::{inner, limits, plain_mask, read_limits, refused, selector, structure, whole_mask};
use crate::error::{Error, Result, explain};
use crate::kernel::entry::{Links, delete_each};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Bits8, List, Nested, Own, U32, Words8};
use crate::kernel::words::{self, HEADER, NOWHERE, NameOf, Setting, Settings, Word, field, find, need, option, text};
use crate::netlink::{Message, attr};

/// `XFRM_MSG_*POLICY`.
pub(in crate::kernel) const NEW: u16 = 19;
const DELETE: u16 = 20;
const GET: u16 = 21;
const UPDATE: u16 = 25;
/// Lengths of `struct xfrm_userpolicy_info` and `xfrm_userpolicy_id`.
pub(in crate::kernel) const LENGTH: usize = 168;
const IDENTITY: usize = 64;
/// Where the limits are.
const LIMIT: usize = 56;
/// `XFRMA_*`.
const TEMPLATES: u16 = 5;
const TYPE: u16 = 16;
const OFFLOAD: u16 = 28;
/// Length of `struct xfrm_user_tmpl`, and where its family is.
const TEMPLATE: usize = 64;
const TEMPLATE_FAMILY: usize = 24;

/// `XFRM_POLICY_*`.
const FLAGS: &[(&str, u32)] = &[("localok", 1), ("icmp", 2)];

/// `struct xfrm_user_tmpl`: a state that the packets go through.
const TEMPLATE_WORDS: &[Word] = &[
    field("src", HEADER, TEMPLATE, 28, Own(&ADDRESS)),
    field("dst", HEADER, TEMPLATE, 0, Own(&ADDRESS)),
    field("proto", HEADER, TEMPLATE, 20, PROTOCOL),
    field("spi", HEADER, TEMPLATE, 16, Own(&SPI)),
    field("reqid", HEADER, TEMPLATE, 44, U32),
    field("mode", HEADER, TEMPLATE, 48, Words8(MODES)),
    field("level", HEADER, TEMPLATE, 50, Words8(&["required", "use"])),
];

/// A policy's options, but for those of its selector.
const OWN: &[Word] = &[
    field("dir", HEADER, LENGTH, 160, Words8(&["in", "out", "fwd"])),
    field("action", HEADER, LENGTH, 161, Words8(&["allow", "block"])),
    field("priority", HEADER, LENGTH, 152, U32),
    field("index", HEADER, LENGTH, 156, U32),
    field("flag", HEADER, LENGTH, 162, Bits8(FLAGS)),
    field("ptype", TYPE, 6, 0, Words8(&["main", "sub"])),
    field("mark", 21, 8, 0, U32),
    field("mask", 21, 8, 4, U32),
    option("if_id", 31, U32),
    option("tmpl", NOWHERE, List(&Nested(TEMPLATE_WORDS), 0)),
    option("limit", NOWHERE, Nested(super::LIMIT)),
    option("offload", NOWHERE, Nested(OFFLOAD_WORDS)),
];

/// A policy's options.
pub const WORDS: &[&[Word]] = &[selector::WORDS, OWN];

const SORT: Sort =
    Sort { new: NEW, doing: ["reading a policy", "listing policies"], missing: Errno::ENOENT, message, record, word };

/// Adds a policy; `EEXIST` if there is one of the same direction for the same packets.
pub fn add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["dir"])?;
    let message = SORT.whole(namespace, NEW, settings)?;
    SORT.send(namespace, (message, 0), settings, "adding a policy")
}

/// Adds a policy, or changes the one of the same direction for the same packets.
pub fn replace(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["dir"])?;
    let message = SORT.whole(namespace, UPDATE, settings)?;
    SORT.send(namespace, (message, 0), settings, "changing a policy")
}

/// Deletes the policy of this direction for these packets, or with this index; `ENOENT` if there is none.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["dir"])?;
    let message = namespace.with_socket(|socket| identity(DELETE, settings, &mut Links::of(namespace, socket)))?;
    SORT.send(namespace, (message, 0), settings, "deleting a policy")
}

/// Reads the policy of this direction for these packets, or with this index; `ENOENT` if there is none.
pub fn get(namespace: &Namespace, settings: &Settings) -> Result<Settings> {
    need(settings, &["dir"])?;
    let message = namespace.with_socket(|socket| identity(GET, settings, &mut Links::of(namespace, socket)))?;
    SORT.ask(namespace, message, settings)
}

/// The policies of a namespace that have all that `filter` says; those of single sockets are left out.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    SORT.list(namespace, filter)
}

/// Deletes the policies that [`list`] gives; how many there were.
pub fn flush(namespace: &Namespace, filter: &Settings) -> Result<usize> {
    delete_each(list(namespace, filter)?, |policy| delete(namespace, &policy))
}

fn word(error: Error, namespace: &Namespace, settings: &Settings, doing: &'static str) -> Error {
    let shown = |key| text(settings, key).unwrap_or("any");
    let what = format!("policy {} from {} to {}", shown("dir"), shown("src"), shown("dst"));
    refused(error, namespace, &what, doing)
}

fn message(kind: u16, settings: &Settings, links: &mut Links<'_>) -> Result<Message> {
    let mut settings = settings.clone();
    whole_mask(&mut settings, "mark", "mask");
    let settings = &settings;
    let mut header = vec![0; LENGTH];
    words::fill_header(&mut header, OWN, settings, &mut |name| links.index(name))?;
    header[..selector::LENGTH].copy_from_slice(&selector_of(settings, links)?);
    header[LIMIT..LIMIT + super::LIMITS].copy_from_slice(&limits(settings, links)?);
    let mut message = Message::new(kind, &header).with_all(&words::encode(OWN, settings, &mut words::no_links)?);
    let templates = find(settings, "tmpl").map(Setting::each).unwrap_or_default();
    let templates = templates.iter().map(|one| template(one, links)).collect::<Result<Vec<_>>>()?.concat();
    if !templates.is_empty() {
        message = message.with(TEMPLATES, &templates);
    }
    if let Some(offload) = inner(settings, "offload")? {
        message = message.with(OFFLOAD, &structure("\"offload\"", (OFFLOAD_WORDS, OFFLOAD_LENGTH), offload, links)?);
    }
    Ok(message)
}

/// The selector that a policy's settings have.
fn selector_of(settings: &Settings, links: &mut Links<'_>) -> Result<Vec<u8>> {
    let own: Settings = settings.iter().filter(|(key, _)| words::has(selector::WORDS, key)).cloned().collect();
    selector::write(&own, libc::AF_INET as u16, links)
}

fn template(one: &Setting, links: &mut Links<'_>) -> Result<Vec<u8>> {
    let Setting::Table(settings) = one else {
        let error = Error::new(&explain::WORD_VALUE).with("key", "tmpl").with("got", one);
        return Err(error.with("expected", "an array of tables of options"));
    };
    let mut bytes = structure("a template", (TEMPLATE_WORDS, TEMPLATE), settings, links)?;
    one_family(settings)?;
    let family = family(settings, &["dst", "src"]).unwrap_or(libc::AF_INET as u16);
    bytes[TEMPLATE_FAMILY..TEMPLATE_FAMILY + 2].copy_from_slice(&family.to_ne_bytes());
    // Whichever algorithms the state has.
    bytes[52..TEMPLATE].fill(u8::MAX);
    Ok(bytes)
}

/// A message about the policy of this direction for these packets, or with this index: `struct xfrm_userpolicy_id`.
fn identity(kind: u16, settings: &Settings, links: &mut Links<'_>) -> Result<Message> {
    let mut settings = settings.clone();
    whole_mask(&mut settings, "mark", "mask");
    let told = |name| words::bytes(OWN, &settings, name);
    let mut header = selector_of(&settings, links)?;
    header.extend(told("index")?.unwrap_or_else(|| vec![0; 4]));
    header.extend(told("dir")?.unwrap_or_else(|| vec![0]));
    header.resize(IDENTITY, 0);
    let more = |key: &str| matches!(key, "mark" | "mask" | "if_id" | "ptype");
    let more = settings.iter().filter(|(key, _)| more(key)).cloned().collect();
    Ok(Message::new(kind, &header).with_all(&words::encode(OWN, &more, &mut words::no_links)?))
}

/// What an answer of `XFRM_MSG_NEWPOLICY` says; none if it is too short, or of a single socket.
pub fn record(bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let header = bytes.get(..LENGTH)?;
    let attributes = bytes.get(LENGTH..).unwrap_or_default();
    // Policies of sockets have directions beyond these.
    if header[160] > 2 {
        return None;
    }
    let mut policy = selector::read(header, name)?;
    policy.extend(words::decode(OWN, header, attributes, name));
    read_limits(&mut policy, header.get(LIMIT..LIMIT + super::LIMITS));
    let templates = attr::find(attributes, TEMPLATES).unwrap_or_default().chunks_exact(TEMPLATE);
    let templates: Vec<Setting> = templates.map(|one| read_template(one, name)).collect();
    policy.push(("tmpl".into(), Setting::List(templates)));
    if let Some(offload) = attr::find(attributes, OFFLOAD) {
        policy.push(("offload".into(), Setting::Table(words::decode(OFFLOAD_WORDS, offload, &[], name))));
    }
    plain_mask(&mut policy, "mark", "mask");
    policy.retain(|(key, value)| {
        let nothing = matches!(value, Setting::List(none) if none.is_empty());
        !nothing && (key != "if_id" || *value != Setting::Integer(0))
    });
    Some(policy)
}

fn read_template(bytes: &[u8], name: NameOf<'_>) -> Setting {
    let mut template = words::decode(TEMPLATE_WORDS, bytes, &[], name);
    let family = u16::from_ne_bytes([bytes[TEMPLATE_FAMILY], bytes[TEMPLATE_FAMILY + 1]]);
    of_family(&mut template, &["src", "dst"], family);
    Setting::Table(template)
}
