//! Chains of filters (`tc chain`, tc(8), Linux `cls_api.c`, `tc_ctl_chain`): those that stay without filters, and may have a
//! template, which tells the hardware what all filters of the chain will look at.

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};

use super::kind::{self, Kind};
use super::{At, Filter, PROTOCOL, at, flower};
use crate::error::Result;
use crate::kernel::device::index_names;
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::place::{self, KIND, LENGTH, OPTIONS, Place};
use crate::kernel::words::Form::{Text, U32};
use crate::kernel::words::{self, HEADER, Setting, Settings, Word, field, option};
use crate::netlink::attr;

/// `RTM_NEWCHAIN`; those that delete and list follow it.
pub(super) const NEW: u16 = 100;
const DELETE: u16 = NEW + 1;
const GET: u16 = NEW + 2;

/// What every chain can be told; with a kind, also what filters of that kind can.
pub const WORDS: &[Word] = &[
    at::block(),
    place::root(),
    at::ingress(),
    at::egress(),
    at::parent(),
    option("chain", 11, U32),
    option("kind", KIND, Text),
    // Part of a template: which other fields packets have.
    field("protocol", HEADER, LENGTH, 16, PROTOCOL),
];

/// Adds a chain, with a template if there is a kind; `EEXIST` if there is one of its number.
pub fn add(at: &At, kind: Option<&Kind>, settings: &Settings) -> Result<()> {
    super::send(at, kind, settings, (NEW, NLM_F_CREATE | NLM_F_EXCL))
}

/// Deletes a chain and all filters in it; `ENOENT` if there is none.
pub fn delete(at: &At, settings: &Settings) -> Result<()> {
    super::send(at, None, settings, (DELETE, 0))
}

/// The chain of this number, as [`list`] has it; `ENOENT` if there is none.
pub fn get(at: &At, settings: &Settings) -> Result<Settings> {
    let settings = &words::without(settings, &["kind", "protocol"]);
    let place = Place::of(0, WORDS, &at::placed(settings)?, 0)?;
    super::ask(at, None, settings, GET, |bytes, name| read(bytes, place.parent, name))
}

/// The chains of a link, of all links of a namespace, or of a block: each with its `dev` and place or its `block`, its number
/// and its template.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    let settings = at::placed(&filter.settings)?;
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        let wanted = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let name = |index: u32| names.get(&index).cloned();
        let mut listed: Vec<Settings> = Vec::new();
        for place in at::places(socket, WORDS, &settings, wanted)? {
            let found = socket.dump_with(&place.message(GET), |_, bytes| read(bytes, place.parent, &name))?;
            // Those of a block are those of each discipline that shares it.
            let of_block = |record: &Settings| words::find(record, "block").is_some();
            let new: Vec<Settings> =
                found.into_iter().filter(|record| !of_block(record) || !listed.contains(record)).collect();
            listed.extend(new);
        }
        let kind = filter.kind.as_deref();
        listed.retain(|record| kind.is_none_or(|kind| words::text(record, "kind") == Some(kind)));
        for key in ["chain", "protocol"] {
            let wanted = words::find(&settings, key);
            listed.retain(|record| wanted.is_none_or(|value| words::find(record, key) == Some(value)));
        }
        Ok(listed)
    })
}

/// What an answer says. The kernel names the discipline alone: `parent` is the place that was asked about, which tells the
/// sides of a clsact apart.
pub fn read(bytes: &[u8], parent: u32, name: words::NameOf<'_>) -> Option<Settings> {
    let (mut place, attributes) = Place::read(bytes)?;
    if place.index != at::BLOCK && parent != 0 {
        place.parent = parent;
    }
    let placed = place.message(NEW).with_all(attributes);
    let mut settings = at::read(WORDS, &placed.bytes, name)?;
    settings.retain(|(key, _)| key != "protocol");
    let kind = words::text(&settings, "kind").and_then(kind::find);
    if let Some((kind, options)) = kind.zip(attr::find(attributes, OPTIONS)) {
        let protocol = flower::protocol(options).filter(|_| kind.name == "flower");
        settings.extend(protocol.map(|protocol| ("protocol".into(), protocol)));
        settings.extend(kind.decode(bytes.get(..LENGTH)?, options, name));
        settings.retain(|(key, value)| key != "handle" || *value != Setting::Integer(0));
    }
    Some(settings)
}
