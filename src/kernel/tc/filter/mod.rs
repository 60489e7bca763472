//! Filters: which packets go into which class, or what is done with them (`tc filter`, tc(8)).
//!
//! A filter is attached to a discipline, to a class, or to what comes in or goes out where there is a `clsact`. It has a
//! preference, a protocol, a kind with options of its own ([`kind`]), and actions.

mod at;
mod basic;
mod bpf;
mod cgroup;
pub mod chain;
mod flow;
mod flower;
pub(super) mod flower_value;
mod fw;
pub mod kind;
mod matchall;
pub(super) mod pattern;
mod protocol;
mod route;
mod u32;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use nix::errno::Errno;

use super::place::{self, KIND, LENGTH, OPTIONS, Place};
use super::{action, stab};
use crate::error::{Error, Result, explain};
use crate::kernel::bpf::{Program, Role, hold};
use crate::kernel::device::{Device, index_names};
use crate::kernel::entry::{self, Links};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Text, U16, U32};
use crate::kernel::words::{self, HEADER, Setting, Settings, Word, field, option};
use crate::netlink::{Message, attr};
pub use at::At;
pub(in crate::kernel) use at::parents;
use kind::Kind;
pub use protocol::PROTOCOL;
use protocol::protocol_of;

/// `RTM_NEWTFILTER`; those that delete and list follow it.
const NEW: u16 = 44;
const DELETE: u16 = NEW + 1;
const GET: u16 = NEW + 2;

/// What every filter can be told, of whatever kind.
pub const WORDS: &[Word] = &[
    option("kind", KIND, Text),
    at::block(),
    place::root(),
    at::ingress(),
    at::egress(),
    at::parent(),
    field("protocol", HEADER, LENGTH, 16, PROTOCOL),
    field("pref", HEADER, LENGTH, 18, U16),
    option("chain", 11, U32),
];

/// What is told when one is made, and not read back: an estimator of what passes, which `police` may go by.
pub const MEASURED: &[Word] = &[option("estimator", 5, stab::ESTIMATOR)];

/// Which filters are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// On this link.
    pub dev: Option<Device>,
    /// Of this kind.
    pub kind: Option<String>,
    /// What else they say: any of [`WORDS`].
    pub settings: Settings,
}

/// Adds a filter of this kind; `EEXIST` if there is one with its handle.
pub fn add(at: &At, kind: &Kind, settings: &Settings) -> Result<()> {
    write(at, kind, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`]; one that is there is changed.
pub fn replace(at: &At, kind: &Kind, settings: &Settings) -> Result<()> {
    write(at, kind, settings, NLM_F_CREATE)
}

/// Changes the filter that is there, told by its preference, protocol and handle; `ENOENT` if there is none.
pub fn change(at: &At, kind: &Kind, settings: &Settings) -> Result<()> {
    write(at, kind, settings, 0)
}

fn write(at: &At, kind: &Kind, settings: &Settings, flags: u16) -> Result<()> {
    let mut settings = settings.clone();
    if flags & NLM_F_CREATE != 0 && words::find(&settings, "protocol").is_none() {
        settings.push(("protocol".into(), Setting::Text("all".to_owned())));
    }
    check_measured(&settings)?;
    // Programs are held until the filter refers to them.
    let _programs = programs(kind, &mut settings)?;
    send(at, Some(kind), &settings, (NEW, flags))
}

/// `EINVAL` where an action goes by a rate that nothing measures. One that is shared may have an estimator already.
fn check_measured(settings: &Settings) -> Result<()> {
    let goes_by_it = |action: &Setting| match action {
        Setting::Table(action) => words::find(action, "avrate").is_some() && words::find(action, "index").is_none(),
        _ => false,
    };
    let actions = words::find(settings, "actions").map(Setting::each).unwrap_or_default();
    if words::find(settings, "estimator").is_none() && actions.iter().any(goes_by_it) {
        return Err(Error::needs("avrate", "estimator"));
    }
    Ok(())
}

/// Loads the programs that a filter and its actions ask for.
fn programs(kind: &Kind, settings: &mut Settings) -> Result<Vec<Program>> {
    let own = if kind.name == "bpf" { hold(settings, Role::Filter)? } else { None };
    let actions = settings.iter_mut().find(|(key, _)| key == "actions");
    let actions = actions.map(|(_, actions)| action::programs(actions)).transpose()?.unwrap_or_default();
    Ok(own.into_iter().chain(actions).collect())
}

/// Deletes a filter; with less than its preference, protocol, kind and handle, all that have what is said. `ENOENT` if there
/// is none.
pub fn delete(at: &At, kind: Option<&Kind>, settings: &Settings) -> Result<()> {
    send(at, kind, settings, (DELETE, 0))
}

fn send(at: &At, kind: Option<&Kind>, settings: &Settings, (verb, flags): (u16, u16)) -> Result<()> {
    let sent = at.namespace().with_socket(|socket| {
        let index = at.index_in(socket)?;
        words::find(settings, "actions").map_or(Ok(()), |actions| action::shared::check(socket, actions))?;
        let message = message(index, kind, settings, verb, &mut Links::of(at.namespace(), socket))?;
        socket.execute(message, flags).map_err(|error| {
            let actions = action::named(words::find(settings, "actions"));
            let error = at.lacking(error, settings, flags & NLM_F_CREATE != 0);
            at.or_missing(refused(error, sort(verb), at, kind, &actions), socket)
        })
    });
    sent.map_err(|error| error.object(at))
}

/// The filter that preference, protocol, kind and handle tell, as [`list`] has it; `ENOENT` if there is none.
pub fn get(at: &At, kind: &Kind, settings: &Settings) -> Result<Settings> {
    ask(at, Some(kind), settings, GET, |bytes, name| read(bytes, name))
}

/// Asks for one filter or chain.
fn ask(
    at: &At,
    kind: Option<&Kind>,
    settings: &Settings,
    verb: u16,
    read: impl Fn(&[u8], words::NameOf<'_>) -> Option<Settings>,
) -> Result<Settings> {
    let found = at.namespace().with_socket(|socket| {
        let index = at.index_in(socket)?;
        let request = message(index, kind, settings, verb, &mut Links::of(at.namespace(), socket))?;
        let answers = socket.query(request, 0).map_err(|error| {
            at.or_missing(refused(at.lacking(error, settings, false), sort(verb), at, kind, &[]), socket)
        })?;
        let names = index_names(socket)?;
        let record = answers.iter().find_map(|answer| read(&answer.bytes, &|index| names.get(&index).cloned()));
        record.ok_or_else(|| Error::new(&explain::TC_NONE_SUCH).with("sort", sort(verb)).with("at", at))
    });
    found.map_err(|error| error.object(at))
}

/// What a request is about.
fn sort(verb: u16) -> &'static str {
    if verb >= chain::NEW { "chain" } else { "filter" }
}

/// The request about one filter or chain.
fn message(index: u32, kind: Option<&Kind>, settings: &Settings, verb: u16, links: &mut Links<'_>) -> Result<Message> {
    let settings = &at::placed(settings)?;
    let mut header = Place { index, ..Place::default() }.message(verb).bytes;
    words::fill_header(&mut header, WORDS, settings, &mut words::no_links)?;
    let mut find = |name: &str| links.index(name);
    let mut message = Message::new(verb, &header);
    let common = words::without(settings, &["kind"]);
    for table in [WORDS, MEASURED] {
        message = message.with_all(&words::encode(table, &common, &mut find)?);
    }
    let Some(kind) = kind else { return Ok(message) };
    words::fill_header(&mut message.bytes[..LENGTH], kind.words, settings, &mut words::no_links)?;
    attr::put_text(&mut message.bytes, KIND, kind.name);
    if matches!(verb, NEW | chain::NEW) {
        let mut options = kind.encode(settings, &mut find)?;
        let handle = kind.handle.filter(|_| words::find(settings, "handle").is_none());
        if let Some(handle) = handle {
            message.bytes[8..12].copy_from_slice(&handle(&options).to_ne_bytes());
        }
        if let Some(actions) = words::find(settings, "actions") {
            let actions = action::encode(actions, &mut find)?;
            attr::put(&mut options, kind.actions | attr::NESTED, &actions);
        }
        attr::put(&mut message.bytes, OPTIONS | attr::NESTED, &options);
    }
    Ok(message)
}

/// Words a refusal: the kernel says `ENOENT` of a kind that it lacks as well as of a filter that is not there.
fn refused(error: Error, sort: &str, at: &At, kind: Option<&Kind>, actions: &[&action::Action]) -> Error {
    let text = error.kernel_text().unwrap_or_default();
    let missing = |error: Error, object: &'static str, name: &str, module: String, config: String| {
        let error =
            error.explain(&[(Errno::ENOENT, &explain::TC_KIND_MISSING)]).with("what", object).with("kind", name);
        error.with("module", module).with("config", config)
    };
    match (kind, actions) {
        (Some(kind), _) if text.contains("TC classifier not found") => {
            missing(error, "filter", kind.name, kind.module(), kind.config())
        }
        (_, [first, rest @ ..]) if text.contains("Failed to load TC action module") => {
            if rest.iter().all(|action| action.name == first.name) {
                return missing(error, "action", first.name, first.module(), first.config());
            }
            // The kernel does not say which.
            let all = |say: fn(&action::Action) -> String, between: &str| {
                let mut said: Vec<String> = actions.iter().map(|action| say(action)).collect();
                said.sort_unstable();
                said.dedup();
                said.join(between)
            };
            let error = error.explain(&[(Errno::ENOENT, &explain::TC_ACTIONS_MISSING)]);
            let error = error.with("kinds", all(|action| format!("\"{}\"", action.name), ", "));
            error.with("modules", all(action::Action::module, " ")).with("configs", all(action::Action::config, ", "))
        }
        _ => {
            // It says `EINVAL` of a chain that is not there.
            let chain = text.contains("Cannot find specified filter chain").then_some(Errno::EINVAL);
            let rows = [Some(Errno::ENOENT), chain].map(|errno| Some((errno?, &explain::TC_NONE_SUCH)));
            let rows: Vec<_> = rows.into_iter().flatten().collect();
            let error = error.explain(&rows).with("sort", sort).with("at", at);
            entry::refused(error, format!("the {sort} of \"{at}\""), "changing traffic control")
        }
    }
}

/// The filters of a link, of all links of a namespace, or of a block, wherever they are attached: each with its `dev` and
/// place or its `block`, `protocol`, `pref`, `chain`, `kind`, `handle`, options and `actions`.
///
/// The filters of a block are those of every discipline that shares it: they are listed once.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    let settings = at::placed(&filter.settings)?;
    let is_meant = |record: &Settings| {
        let kind = filter.kind.as_deref().is_none_or(|kind| words::text(record, "kind") == Some(kind));
        let keys = ["protocol", "pref", "chain"].into_iter().filter(|key| words::find(&settings, key).is_some());
        // The first chain is not said in a record.
        let first = Setting::Integer(0);
        let said = |key| words::find(record, key).or_else(|| (key == "chain").then_some(&first));
        kind && keys.into_iter().all(|key| said(key) == words::find(&settings, key))
    };
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        let wanted = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let name = |index: u32| names.get(&index).cloned();
        let (mut listed, mut blocks) = (Vec::new(), Vec::new());
        for place in at::places(socket, WORDS, &settings, wanted)? {
            let found = socket.dump_with(&place.message(GET), |kind, bytes| {
                (kind == NEW).then(|| read(bytes, &name)).flatten().filter(|record| is_meant(record))
            })?;
            let block = found.first().and_then(|record| words::integer(record, "block"));
            if block.is_none_or(|block| !blocks.contains(&block)) {
                listed.extend(found);
            }
            blocks.extend(block);
        }
        Ok(listed)
    })
}

/// What an answer or an event of `RTM_NEWTFILTER` says; none for the heads under which filters stand, which are none.
pub fn read(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let (place, attributes) = Place::read(bytes)?;
    let kind_name = attr::text(attr::find(attributes, KIND)?);
    let options = attr::find(attributes, OPTIONS).filter(|_| place.handle != 0)?;
    if kind_name == "u32" && u32::is_root(place.handle) {
        return None;
    }
    let mut settings = at::read(WORDS, bytes, name)?;
    settings.retain(|(key, value)| key != "chain" || *value != Setting::Integer(0));
    if let Some(kind) = kind::find(&kind_name) {
        settings.extend(kind.decode(bytes.get(..LENGTH)?, options, name));
        let actions = attr::find(options, kind.actions);
        settings.extend(actions.map(|actions| ("actions".into(), action::decode(actions, name))));
    }
    Some(settings)
}

/// Deletes the filters that [`list`] gives, and says how many there were.
pub fn flush(namespace: &Namespace, filter: &Filter) -> Result<usize> {
    let listed = list(namespace, filter)?;
    // One that goes with another counts as well.
    entry::delete_each_but(&[&explain::TC_NONE_SUCH], &listed, |record| {
        let Some(at) = At::of(namespace, record)? else { return Ok(()) };
        let kind = words::text(record, "kind").and_then(kind::find);
        delete(&at, kind, record)
    })?;
    Ok(listed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_of_several_actions_is_lacking_is_left_open() {
        let text = |kinds: &[&str]| {
            let kinds = kinds.iter().map(|kind| Setting::Text((*kind).to_owned())).collect();
            let kinds = Setting::List(kinds);
            let error = Error::system(Errno::ENOENT).kernel("Failed to load TC action module");
            let error = refused(error, "filter", &At::Block(Namespace::home(), 1), None, &action::named(Some(&kinds)));
            (error.to_string(), error.hint().unwrap_or_default())
        };
        let (message, _) = text(&["drop", "pass"]);
        assert!(message.contains("this kernel has no action \"gact\""), "{message}");
        let (message, hint) = text(&["vlan", "simple", "drop"]);
        assert!(message.contains("lacks one of the actions \"gact\", \"simple\", \"vlan\""), "{message}");
        assert!(hint.contains("act_gact act_simple act_vlan") && hint.contains("CONFIG_NET_ACT_SIMP"), "{hint}");
    }
}
