//! Actions that stand for themselves, for filters to share by their kind and number, as `tc actions` makes them.
//!
//! Those that filters made stand among them (Linux `net/sched/act_api.c`).

use netlink_packet_core::{NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE};
use nix::errno::Errno;

use super::{ACTIONS, Action, KIND, called, programs, put, read, shares, split};
use crate::error::{Error, Result, explain};
use crate::kernel::device::index_names;
use crate::kernel::entry::{self, Links};
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::form::MILLISECONDS;
use crate::kernel::words::Form::{Text, U32};
use crate::kernel::words::{self, NOWHERE, Setting, Settings, Word, option};
use crate::netlink::{Message, Socket, attr};

/// `RTM_NEWACTION`, and those that delete, and get or list.
pub const NEW: u16 = 48;
const DELETE: u16 = NEW + 1;
const GET: u16 = NEW + 2;
/// Length of `struct tcamsg`, which says nothing.
pub const LENGTH: usize = 4;
/// `TCA_ROOT_TAB`: the actions.
const TABLE: u16 = 1;
/// `TCA_ROOT_FLAGS`, and `TCA_ACT_FLAG_LARGE_DUMP_ON` in it: more than 32 at once.
const FLAGS: u16 = 2;
const LARGE: [u32; 2] = [1, 1];
/// `TCA_ACT_INDEX`.
const INDEX: u16 = 3;

/// What tells one from the others.
pub const KEY: &[Word] = &[option("kind", NOWHERE, Text), option("index", NOWHERE, U32)];

/// What a list can be told: a kind, and within which time they acted.
pub const LIST: &[Word] = &[option("kind", NOWHERE, Text), option("since", 4, MILLISECONDS)];

/// Adds an action and gives its number, which the kernel chooses where none is given; `EEXIST` if its kind has that.
pub fn add(namespace: &Namespace, settings: &Settings) -> Result<Option<u32>> {
    write(namespace, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`]; one that is there is changed, for all filters that hold it.
pub fn replace(namespace: &Namespace, settings: &Settings) -> Result<Option<u32>> {
    write(namespace, settings, NLM_F_CREATE | NLM_F_REPLACE)
}

fn write(namespace: &Namespace, settings: &Settings, flags: u16) -> Result<Option<u32>> {
    let mut action = Setting::Table(settings.clone());
    let _programs = programs(&mut action)?;
    let (kind, mut settings) = split(&action)?;
    let index = words::integer(&settings, "index");
    (kind.complete)(&mut settings)?;
    namespace.with_socket(|socket| {
        let mut links = Links::of(namespace, socket);
        let mut table = Vec::new();
        put(&mut table, 1, kind, &settings, &mut |name| links.index(name))?;
        let answers =
            socket.query(message(NEW, &table), flags | NLM_F_ECHO).map_err(|error| refused(error, kind, index))?;
        let made = answers.iter().flat_map(|answer| records(&answer.bytes, &|_| None)).next();
        Ok(made.as_ref().and_then(number))
    })
}

/// Deletes an action; `ENOENT` if there is none of that kind and number, `EBUSY` while filters hold it.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    let (kind, index) = key(settings)?;
    namespace.with_socket(|socket| {
        let held = match socket.execute(message(DELETE, &named(kind, Some(index))), 0) {
            Err(error) if error.as_errno() == Some(Errno::EPERM) => (error, holders(socket, kind, index)),
            done => return done.map_err(|error| refused(error, kind, Some(index.into()))),
        };
        let what = what(kind, Some(index.into()));
        Err(match held {
            (_, count @ 1..) => {
                Error::new(&explain::TC_ACTION_HELD).with("count", count).with("what", &what).object(what)
            }
            (error, _) => refused(error, kind, Some(index.into())),
        })
    })
}

/// The action of a kind and number; `ENOENT` if there is none.
pub fn get(namespace: &Namespace, settings: &Settings) -> Result<Settings> {
    let (kind, index) = key(settings)?;
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        find(socket, kind, index, &|index| names.get(&index).cloned())
    })
}

/// The actions of a kind, or of every kind that nsl knows, in the order of their numbers.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let kinds = match words::text(filter, "kind") {
        Some(kind) => vec![called(kind)?],
        None => ACTIONS.to_vec(),
    };
    let since = words::encode(LIST, filter, &mut words::no_links)?;
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        let name = |index: u32| names.get(&index).cloned();
        let mut listed = Vec::new();
        for kind in kinds {
            let request = whole_list(kind).with_all(&since);
            let parts = socket.dump_with(&request, |of, bytes| (of == GET).then(|| records(bytes, &name)))?;
            listed.extend(parts.into_iter().flatten());
        }
        Ok(listed)
    })
}

/// Deletes those of the actions that [`list`] gives which no filter holds, and says how many there were.
pub fn flush(namespace: &Namespace, filter: &Settings) -> Result<usize> {
    let listed = list(namespace, filter)?;
    let free = listed.iter().filter(|action| words::integer(action, "bind") == Some(0));
    entry::delete_each_but(&[&explain::TC_ACTION_HELD], free, |action| delete(namespace, action))
}

/// `ENOENT` for an action that a filter is to share and that is not there: of some kinds the kernel would make one that
/// nobody has said anything of.
pub fn check(socket: &mut Socket, actions: &Setting) -> Result<()> {
    for action in actions.each() {
        let (kind, settings) = split(action)?;
        if let Some(index) = shares(&settings) {
            find(socket, kind, index, &|_| None)?;
        }
    }
    Ok(())
}

fn find(socket: &mut Socket, kind: &Action, index: u32, name: words::NameOf<'_>) -> Result<Settings> {
    let missing = || {
        let what = what(kind, Some(index.into()));
        Error::new(&explain::OBJECT_MISSING).errno(Errno::ENOENT).with("what", &what).object(what)
    };
    let answers = match socket.query(message(GET, &named(kind, Some(index))), 0) {
        // So it says of a kind whose module nobody has asked for yet, too.
        Err(error) if error.as_errno() == Some(Errno::EINVAL) => return Err(missing()),
        answers => answers.map_err(|error| refused(error, kind, Some(index.into())))?,
    };
    answers.iter().flat_map(|answer| records(&answer.bytes, name)).next().ok_or_else(missing)
}

/// How many filters hold an action.
fn holders(socket: &mut Socket, kind: &Action, index: u32) -> i64 {
    let found = find(socket, kind, index, &|_| None).ok();
    found.and_then(|found| words::integer(&found, "bind")).unwrap_or(0)
}

/// The kind and the number that tell which action is meant.
fn key(settings: &Settings) -> Result<(&'static Action, u32)> {
    words::need(settings, &["kind", "index"])?;
    let kind = called(words::text(settings, "kind").unwrap_or_default())?;
    let index = words::bytes(KEY, settings, "index")?;
    Ok((kind, index.as_deref().and_then(attr::u32_of).unwrap_or_default()))
}

fn number(action: &Settings) -> Option<u32> {
    words::integer(action, "index").and_then(|index| u32::try_from(index).ok())
}

/// A message of this type about the actions of a table.
fn message(kind: u16, table: &[u8]) -> Message {
    Message::new(kind, &[0; LENGTH]).with(TABLE | attr::NESTED, table)
}

/// A table with the one action of this kind and number, or that stands for all of the kind.
fn named(kind: &Action, index: Option<u32>) -> Vec<u8> {
    let mut table = Vec::new();
    attr::nest(&mut table, 1, |bytes| {
        attr::put_text(bytes, KIND, kind.name);
        index.into_iter().for_each(|index| attr::put(bytes, INDEX, &index.to_ne_bytes()));
    });
    table
}

/// What an answer says of actions.
fn records(bytes: &[u8], name: words::NameOf<'_>) -> Vec<Settings> {
    each(bytes).filter_map(|bytes| read(bytes, name)).collect()
}

/// Each action of a message's table.
fn each(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let table = bytes.get(LENGTH..).and_then(|attributes| attr::find(attributes, TABLE)).unwrap_or_default();
    attr::Attributes::new(table).map(|(_, action)| action)
}

/// The requests that list the actions of each kind.
pub fn lists() -> impl Iterator<Item = Message> {
    ACTIONS.iter().map(|kind| whole_list(kind))
}

fn whole_list(kind: &Action) -> Message {
    message(GET, &named(kind, None)).with(FLAGS, &LARGE.map(u32::to_ne_bytes).concat())
}

/// Messages of one action each, of those that more hold than filters.
pub fn parts(bytes: &[u8]) -> Vec<Box<[u8]>> {
    let part = |action: &[u8]| {
        let mut table = Vec::new();
        attr::put(&mut table, 1 | attr::NESTED, action);
        message(NEW, &table).bytes.into()
    };
    let stands = |action: &[u8]| {
        let action = read(action, &|_| None).unwrap_or_default();
        words::integer(&action, "ref") > words::integer(&action, "bind")
    };
    each(bytes).filter(|action| stands(action)).map(part).collect()
}

/// What one of [`parts`] says.
pub fn record(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    records(bytes, name).into_iter().next()
}

/// What one of [`parts`] is known by: its kind and number.
pub fn identity(bytes: &[u8]) -> Vec<u8> {
    let action = record(bytes, &|_| None).unwrap_or_default();
    format!("{} {:?}", words::text(&action, "kind").unwrap_or_default(), number(&action)).into_bytes()
}

/// What one of [`parts`] says that lasts: not what it did, nor how many hold it.
pub fn lasting(bytes: &[u8]) -> Option<Settings> {
    record(bytes, &|_| None).map(|action| words::without(&action, &["stats", "ref", "bind"]))
}

/// As a message calls one.
fn what(kind: &Action, index: Option<i64>) -> String {
    match index {
        Some(index) => format!("action {} {index}", kind.name),
        None => format!("action {}", kind.name),
    }
}

fn refused(error: Error, kind: &Action, index: Option<i64>) -> Error {
    let what = what(kind, index);
    if error.kernel_text().is_some_and(|text| text.contains("Failed to load TC action module")) {
        return kind.missing(error);
    }
    // So it says of a kind whose module nobody has asked for yet.
    let unasked = error.kernel_text().is_some_and(|text| text.contains("TC action kind not found"));
    let error = if unasked { error.explain(&[(Errno::EINVAL, &explain::OBJECT_MISSING)]) } else { error };
    entry::refused(error, &what, "changing traffic control").object(what)
}
