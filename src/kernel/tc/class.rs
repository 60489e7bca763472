//! Classes: the branches into which a discipline divides what it sends.

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

use super::handle::{self, ROOT};
use super::kind::{self, Kind, Options};
use super::place::{self, Filter, LENGTH, Place};
use super::{form, percent, qdisc, stab, stats};
use crate::error::{Error, Result, explain};
use crate::kernel::device::{Device, index_names};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::Text;
use crate::kernel::words::{self, HEADER, Setting, Settings, Word, field, option};
use crate::netlink::{Message, Socket, attr};

/// `RTM_NEWTCLASS`; those that delete and list follow it.
const NEW: u16 = 40;
const DELETE: u16 = NEW + 1;
const GET: u16 = NEW + 2;

/// What every class can be told, of whatever kind.
pub const WORDS: &[Word] = &[
    option("kind", place::KIND, Text),
    field("classid", HEADER, LENGTH, 8, form::CLASS),
    place::root(),
    place::parent(),
    option("estimator", 5, stab::ESTIMATOR),
    stats::stats(),
    Word { settable: false, ..field("leaf", HEADER, LENGTH, 16, form::QDISC) },
];

/// Adds a class of this kind of discipline; `EEXIST` if there is one of its number.
pub fn add(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`]; one that is there is changed.
pub fn replace(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, NLM_F_CREATE | NLM_F_REPLACE)
}

/// Changes the class that is there; `ENOENT` if there is none.
pub fn change(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, 0)
}

fn write(device: &Device, kind: &Kind, settings: &Settings, flags: u16) -> Result<()> {
    let options = options(device, kind)?;
    let settings = &*percent::of_speed(device, options.words, settings)?;
    let sent = send(device, Some(kind), settings, |place| {
        let mut common = words::without(settings, &["kind"]);
        common.push(("kind".into(), Setting::Text(kind.name.to_owned())));
        let mut message = place.message(NEW).with_all(&words::encode(WORDS, &common, &mut words::no_links)?);
        options.put(&mut message, settings)?;
        Ok((message, flags))
    });
    sent.map_err(|error| of_its_qdisc(error, device, kind, settings))
}

/// What classes of this kind can be told; `EINVAL` where there are none.
pub fn options<'a>(device: &Device, kind: &'a Kind) -> Result<&'a Options> {
    let none = || Error::new(&explain::TC_NO_CLASSES).with("kind", kind.name).object(device);
    kind.class.as_ref().ok_or_else(none)
}

/// Words a refusal that comes from the discipline which the class would be of: there is none, or it is of another kind. The
/// kernel has no words for either.
fn of_its_qdisc(error: Error, device: &Device, kind: &Kind, settings: &Settings) -> Error {
    match kind_of(device, settings) {
        Err(missing) if error.as_errno() == Some(Errno::ENOENT) && missing.is(&explain::OBJECT_MISSING) => missing,
        Ok(is) if is.name != kind.name => {
            let other = Error::new(&explain::TC_CLASS_KIND).with("what", format!("the qdisc of \"{device}\""));
            other.with("is", is.name).with("kind", kind.name).object(device)
        }
        _ => error,
    }
}

/// Deletes a class, by its number; `ENOENT` if there is none, `EBUSY` while others or filters need it.
pub fn delete(device: &Device, settings: &Settings) -> Result<()> {
    send(device, None, settings, |place| Ok((place.message(DELETE), 0)))
}

fn send(
    device: &Device,
    kind: Option<&Kind>,
    settings: &Settings,
    message: impl FnOnce(&Place) -> Result<(Message, u16)>,
) -> Result<()> {
    let sent = device.namespace.with_socket(|socket| {
        let place = Place::of(device.index_in(socket)?, WORDS, settings, 0)?;
        let (message, flags) = message(&place)?;
        socket
            .execute(message, flags)
            .map_err(|error| device.or_missing(place::refused(error, "class", &place, device, kind), socket))
    });
    sent.map_err(|error| error.object(device))
}

/// The classes of a link, or of all links of a namespace, as `tc class show` has them: each with its `dev`, `kind`, `classid`,
/// place and options, the `leaf` that it sends by and what went through it. The filter's handle is that of their discipline.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        let wanted = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        // The kernel lists those of one link at a time.
        let mut links: Vec<u32> =
            qdisc::dump(socket, |place, _, _| wanted.is_none_or(|index| index == place.index).then_some(place.index))?;
        links.sort_unstable();
        links.dedup();
        let mut listed = Vec::new();
        for index in links {
            let request = Place { index, ..Place::default() }.message(GET);
            listed.extend(socket.dump_with(&request, |kind, bytes| {
                let (place, attributes) = Place::read(bytes).filter(|_| kind == NEW)?;
                let kind = attr::text(attr::find(attributes, place::KIND)?);
                // Its own handle has the number of its discipline in front.
                let of = Place { handle: place.handle & 0xffff_0000, ..place };
                filter
                    .takes(&of, &kind, wanted)
                    .then(|| record(&place, attributes, &|i| names.get(&i).cloned()))
                    .flatten()
            })?);
        }
        Ok(listed)
    })
}

/// What an answer or an event of `RTM_NEWTCLASS` says.
pub fn read(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let (place, attributes) = Place::read(bytes)?;
    record(&place, attributes, name)
}

fn record(place: &Place, attributes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let kind = attr::text(attr::find(attributes, place::KIND)?);
    let header = place.message(NEW).bytes;
    let mut common = words::decode(WORDS, &header, attributes, name);
    common.retain(|(key, _)| key != "stats" && (key != "leaf" || place.info != 0));
    let mut settings: Settings =
        name(place.index).map(|name| ("dev".into(), Setting::Text(name))).into_iter().collect();
    settings.extend(common);
    let options = kind::find(&kind).and_then(|kind| kind.class.as_ref()).zip(attr::find(attributes, place::OPTIONS));
    settings.extend(options.map(|(options, bytes)| options.read(bytes)).unwrap_or_default());
    let stats = stats::read(attributes, kind::counters::of_class(&kind));
    settings.extend(stats.map(|stats| ("stats".into(), stats)));
    Some(settings)
}

/// The kind of the discipline that such a class would be of: by its own number, or by its parent's.
pub fn kind_of(device: &Device, settings: &Settings) -> Result<&'static Kind> {
    let place = Place::of(0, WORDS, settings, 0)?;
    let class = [place.handle, place.parent].into_iter().find(|handle| handle >> 16 != 0 && *handle != ROOT);
    let kind = match class {
        Some(class) => qdisc::kind_of(device, class)?,
        None => qdisc::kind_at(device, &vec![("root".into(), Setting::Switch(true))])?,
    };
    kind.ok_or_else(|| {
        let what = class.map_or_else(
            || format!("qdisc at the root of \"{device}\" that has classes"),
            |class| format!("qdisc {} of \"{device}\"", handle::text(class & 0xffff_0000)),
        );
        Error::new(&explain::OBJECT_MISSING).with("what", what).errno(Errno::ENOENT).object(device)
    })
}

/// The numbers of the classes of a link, by its index.
pub(super) fn handles(socket: &mut Socket, index: u32) -> Result<Vec<u32>> {
    socket.dump_with(&Place { index, ..Place::default() }.message(GET), |kind, bytes| {
        Place::read(bytes).filter(|_| kind == NEW).map(|(place, _)| place.handle)
    })
}
