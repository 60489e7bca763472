//! Queueing disciplines: in which order, when and whether a link, or a class of another, sends what it is given.

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};

use super::handle::{self, INGRESS, ROOT};
use super::kind::{self, Kind};
use super::place::{self, Filter, LENGTH, Place};
use super::{form, percent, stab, stats};
use crate::error::Result;
use crate::kernel::device::{Device, index_names};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Switch8, Text, U32};
use crate::kernel::words::{self, HEADER, Setting, Settings, Word, fact, field, option};
use crate::netlink::{Message, Socket, attr};

/// `RTM_NEWQDISC`; those that delete and list follow it.
const NEW: u16 = 36;
const DELETE: u16 = NEW + 1;
const GET: u16 = NEW + 2;
/// `TCA_DUMP_INVISIBLE`.
const INVISIBLE: u16 = 10;

/// What every discipline can be told, of whatever kind.
pub const WORDS: &[Word] = &[
    option("kind", place::KIND, Text),
    field("handle", HEADER, LENGTH, 8, form::QDISC),
    place::root(),
    place::parent(),
    option("ingress_block", 13, U32),
    option("egress_block", 14, U32),
    option("stab", 8, stab::STAB),
    option("estimator", 5, stab::ESTIMATOR),
    fact("offloaded", 12, Switch8),
    stats::stats(),
];

/// Adds a discipline of this kind; `EEXIST` where the place has one that was put there.
pub fn add(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`], in the place of the one there is; one of the same kind is changed, if its kind can be.
pub fn replace(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, NLM_F_CREATE | NLM_F_REPLACE)
}

/// Changes the discipline that is there; `ENOENT` if there is none, `EINVAL` if it is of another kind.
pub fn change(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, 0)
}

fn write(device: &Device, kind: &Kind, settings: &Settings, flags: u16) -> Result<()> {
    let makes = flags & NLM_F_CREATE != 0;
    let settings = percent::of_speed(device, kind.qdisc.words, settings)?;
    let settings =
        if flags & NLM_F_EXCL != 0 { settings.into_owned() } else { changeable(device, kind, &settings, makes)? };
    send(device, Some(kind), &settings, makes, |place| {
        let mut message = place.message(NEW).with_all(&common(kind, &settings)?);
        kind.qdisc.put(&mut message, &settings)?;
        Ok((message, flags))
    })
}

/// Without what a discipline of the kind that is there has already and cannot be told again.
fn changeable(device: &Device, kind: &Kind, settings: &Settings, makes: bool) -> Result<Settings> {
    if !kind.fixed.iter().any(|word| words::find(settings, word).is_some()) {
        return Ok(settings.clone());
    }
    let filter = Filter { dev: Some(device.clone()), kind: Some(kind.name.to_owned()), ..Filter::default() };
    let wanted = place(0, Some(kind), settings, makes)?;
    let is_there = |record: &&Settings| match Place::of(0, WORDS, record, 0) {
        Ok(place) if wanted.parent == 0 => place.handle == wanted.handle,
        Ok(place) => place.parent == wanted.parent,
        Err(_) => false,
    };
    let there = list(&device.namespace, &filter)?;
    let Some(there) = there.iter().find(is_there) else { return Ok(settings.clone()) };
    let same = |key: &str, value| kind.fixed.contains(&key) && words::find(there, key) == Some(value);
    Ok(settings.iter().filter(|(key, value)| !same(key, value)).cloned().collect())
}

/// Kind and blocks.
fn common(kind: &Kind, settings: &Settings) -> Result<Vec<u8>> {
    let mut settings = words::without(settings, &["kind"]);
    settings.push(("kind".into(), Setting::Text(kind.name.to_owned())));
    words::encode(WORDS, &settings, &mut words::no_links)
}

/// Deletes a discipline and all below it: by its place, its handle or both; of this kind, if one is given. `ENOENT` if there
/// is none that was put there.
pub fn delete(device: &Device, kind: Option<&Kind>, settings: &Settings) -> Result<()> {
    send(device, kind, settings, false, |place| {
        let message = place.message(DELETE);
        let kind = kind.map(|kind| common(kind, &Settings::new())).transpose()?;
        Ok((message.with_all(&kind.unwrap_or_default()), 0))
    })
}

fn send(
    device: &Device,
    kind: Option<&Kind>,
    settings: &Settings,
    makes: bool,
    message: impl FnOnce(&Place) -> Result<(Message, u16)>,
) -> Result<()> {
    let sent = device.namespace.with_socket(|socket| {
        let mut place = place(device.index_in(socket)?, kind, settings, makes)?;
        if place.parent == 0 {
            // To delete one the kernel wants its parent too.
            place.parent = parent_of(socket, &place)?;
        }
        let (message, flags) = message(&place)?;
        socket
            .execute(message, flags)
            .map_err(|error| device.or_missing(place::refused(error, "qdisc", &place, device, kind), socket))
    });
    sent.map_err(|error| error.object(device))
}

/// Where it belongs: at the root unless it is said, those that see what comes in where they alone can be. One that is there
/// is found by its number alone too.
fn place(index: u32, kind: Option<&Kind>, settings: &Settings, makes: bool) -> Result<Place> {
    let ingress = kind.is_some_and(|kind| matches!(kind.name, "ingress" | "clsact"));
    let numbered = !makes && words::find(settings, "handle").is_some();
    let usual = match (ingress, numbered) {
        (true, _) => INGRESS,
        (false, true) => 0,
        (false, false) => ROOT,
    };
    let mut place = Place::of(index, WORDS, settings, usual)?;
    if ingress {
        place.handle = INGRESS & 0xffff_0000;
    }
    Ok(place)
}

/// What the discipline with this number is below; 0 if there is none.
fn parent_of(socket: &mut Socket, wanted: &Place) -> Result<u32> {
    let same = |place: &Place| place.index == wanted.index && place.handle == wanted.handle;
    let found = dump(socket, |place, _, _| same(place).then_some(place.parent))?;
    Ok(found.into_iter().next().unwrap_or(0))
}

/// The disciplines of a namespace, as `tc qdisc show` has them: each with its `dev`, `kind`, `handle` and place, the options
/// of its kind and what went through it.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let index = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let names = index_names(socket)?;
        let mut request = Place::default().message(GET);
        if filter.invisible {
            request = request.with(INVISIBLE, &[]);
        }
        dump_by(socket, &request, |place, kind, attributes| {
            let wanted = filter.takes(place, kind, index);
            wanted.then(|| record(place, attributes, &|index| names.get(&index).cloned())).flatten()
        })
    })
}

/// Each discipline of the socket's namespace by its place, kind and attributes.
pub fn dump<T>(socket: &mut Socket, read: impl FnMut(&Place, &str, &[u8]) -> Option<T>) -> Result<Vec<T>> {
    dump_by(socket, &Place::default().message(GET), read)
}

fn dump_by<T>(
    socket: &mut Socket,
    request: &Message,
    mut read: impl FnMut(&Place, &str, &[u8]) -> Option<T>,
) -> Result<Vec<T>> {
    socket.dump_with(request, |kind, bytes| {
        let (place, attributes) = Place::read(bytes).filter(|_| kind == NEW)?;
        let kind = attr::text(attr::find(attributes, place::KIND)?);
        read(&place, &kind, attributes)
    })
}

/// What an answer or an event of `RTM_NEWQDISC` says.
pub fn read(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let (place, attributes) = Place::read(bytes)?;
    record(&place, attributes, name)
}

fn record(place: &Place, attributes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let kind = attr::text(attr::find(attributes, place::KIND)?);
    let header = place.message(NEW).bytes;
    let mut common = words::decode(WORDS, &header, attributes, name);
    // What is 0 or off is none.
    common.retain(|(key, value)| match key.as_ref() {
        "ingress_block" | "egress_block" => *value != Setting::Integer(0),
        "offloaded" => *value == Setting::Switch(true),
        "stats" => false,
        _ => true,
    });
    let mut settings: Settings =
        name(place.index).map(|name| ("dev".into(), Setting::Text(name))).into_iter().collect();
    settings.extend(common);
    let known = kind::find(&kind).zip(attr::find(attributes, place::OPTIONS));
    settings.extend(known.map(|(kind, options)| kind.qdisc.read(options)).unwrap_or_default());
    let stats = stats::read(attributes, kind::counters::of_qdisc(&kind));
    settings.extend(stats.map(|stats| ("stats".into(), stats)));
    Some(settings)
}

/// The kind of the discipline at this place of a link, or with this handle; none if there is none that was put there.
pub fn kind_at(device: &Device, settings: &Settings) -> Result<Option<&'static Kind>> {
    device.namespace.with_socket(|socket| {
        let wanted = place(device.index_in(socket)?, None, settings, false)?;
        let is_there = |place: &Place| match wanted.handle {
            0 => place.parent == wanted.parent,
            handle => place.handle == handle,
        };
        let found = dump(socket, |place, kind, _| {
            (place.index == wanted.index && place.handle != 0 && is_there(place)).then(|| kind::find(kind)).flatten()
        })?;
        Ok(found.into_iter().next())
    })
}

/// The kind of the discipline whose classes have handles such as this.
pub fn kind_of(device: &Device, class: u32) -> Result<Option<&'static Kind>> {
    let handle = Setting::Text(handle::text(class & 0xffff_0000));
    kind_at(device, &vec![("handle".into(), handle)])
}
