//! Filters: which packets go into which class, or what is done with them (`tc filter`, tc(8)).
//!
//! A filter is attached to a discipline, to a class, or to what comes in or goes out where there is a `clsact`. It has a
//! preference, a protocol, a kind with options of its own ([`kind`]), and actions.

mod basic;
mod bpf;
mod cgroup;
mod flow;
mod flower;
pub(super) mod flower_value;
mod fw;
pub mod kind;
mod matchall;
mod pattern;
mod route;
mod u32;

use std::fmt::Display;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use nix::errno::Errno;

use super::handle::{INGRESS, ROOT};
use super::place::{self, KIND, LENGTH, OPTIONS, Place};
use super::{action, form, handle, qdisc};
use crate::error::{Error, Result, explain};
use crate::kernel::bpf::{Program, Role, hold};
use crate::kernel::device::{Device, index_names};
use crate::kernel::entry::{self, Links};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Text, U16, U32};
use crate::kernel::words::{self, Form, HEADER, Own, Setting, Settings, Word, field, option};
use crate::netlink::{Message, Socket, attr};
use kind::Kind;

/// `RTM_NEWTFILTER`; those that delete and list follow it.
const NEW: u16 = 44;
const DELETE: u16 = NEW + 1;
const GET: u16 = NEW + 2;

/// `TC_H_MIN_INGRESS` and `TC_H_MIN_EGRESS` of a clsact.
const IN: u32 = 0xffff_fff2;
const OUT: u32 = 0xffff_fff3;

/// What every filter can be told, of whatever kind.
pub const WORDS: &[Word] = &[
    option("kind", KIND, Text),
    place::root(),
    field("ingress", HEADER, LENGTH, 12, side(&INGRESS_SIDE)),
    field("egress", HEADER, LENGTH, 12, side(&EGRESS_SIDE)),
    field("parent", HEADER, LENGTH, 12, form::CLASS),
    field("protocol", HEADER, LENGTH, 16, PROTOCOL),
    field("pref", HEADER, LENGTH, 18, U16),
    option("chain", 11, U32),
];

/// The words for the sides of a clsact, which may also be said as a parent.
const SIDES: [&str; 2] = ["ingress", "egress"];

const fn side(own: &'static Own) -> Form {
    Form::Own(own)
}

static INGRESS_SIDE: Own = Own {
    expected: "true or false",
    encode: |value| (*value == Setting::Switch(true)).then(|| IN.to_ne_bytes().to_vec()),
    decode: |bytes| (attr::u32_of(bytes)? == IN).then_some(Setting::Switch(true)),
    width: Some(4),
};

static EGRESS_SIDE: Own = Own {
    expected: "true or false",
    encode: |value| (*value == Setting::Switch(true)).then(|| OUT.to_ne_bytes().to_vec()),
    decode: |bytes| (attr::u32_of(bytes)? == OUT).then_some(Setting::Switch(true)),
    width: Some(4),
};

/// A protocol by its name, in the network's order (Linux `if_ether.h`, iproute2 `ll_proto.c`).
pub const PROTOCOL: Form = Form::Own(&Own {
    expected: "a protocol such as \"ip\", \"ipv6\", \"arp\", \"802.1q\" or \"all\", or its number",
    encode: |value| protocol_of(value).map(|number| number.to_be_bytes().to_vec()),
    decode: |bytes| {
        let number = u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?);
        let named = PROTOCOLS.iter().find(|(_, known)| *known == number).map(|(name, _)| *name);
        Some(named.map_or_else(|| Setting::Integer(i64::from(number)), |name| Setting::Text(name.to_owned())))
    },
    width: Some(2),
});

/// The number of a protocol.
fn protocol_of(value: &Setting) -> Option<u16> {
    match value {
        Setting::Text(text) => PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, n)| *n),
        Setting::Integer(number) => u16::try_from(*number).ok(),
        _ => None,
    }
}

const PROTOCOLS: &[(&str, u16)] = &[
    ("all", 3),
    ("ip", 0x800),
    ("ipv4", 0x800),
    ("arp", 0x806),
    ("rarp", 0x8035),
    ("802.1Q", 0x8100),
    ("ipv6", 0x86dd),
    ("mpls_uc", 0x8847),
    ("mpls_mc", 0x8848),
    ("ppp_disc", 0x8863),
    ("ppp_ses", 0x8864),
    ("802.1ad", 0x88a8),
    ("lldp", 0x88cc),
    ("loop", 0x60),
    ("802_3", 1),
    ("802_2", 4),
];

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
pub fn add(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, NLM_F_CREATE | NLM_F_EXCL)
}

/// As [`add`]; one that is there is changed.
pub fn replace(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, NLM_F_CREATE)
}

/// Changes the filter that is there, told by its preference, protocol and handle; `ENOENT` if there is none.
pub fn change(device: &Device, kind: &Kind, settings: &Settings) -> Result<()> {
    write(device, kind, settings, 0)
}

fn write(device: &Device, kind: &Kind, settings: &Settings, flags: u16) -> Result<()> {
    let mut settings = settings.clone();
    if flags & NLM_F_CREATE != 0 && words::find(&settings, "protocol").is_none() {
        settings.push(("protocol".into(), Setting::Text("all".to_owned())));
    }
    // Programs are held until the filter refers to them.
    let _programs = programs(kind, &mut settings)?;
    send(device, Some(kind), &settings, (NEW, flags))
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
pub fn delete(device: &Device, kind: Option<&Kind>, settings: &Settings) -> Result<()> {
    send(device, kind, settings, (DELETE, 0))
}

fn send(device: &Device, kind: Option<&Kind>, settings: &Settings, (verb, flags): (u16, u16)) -> Result<()> {
    let sent = device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        words::find(settings, "actions").map_or(Ok(()), |actions| action::shared::check(socket, actions))?;
        let mut links = Links::of(&device.namespace, socket);
        let message = message(index, kind, settings, verb, &mut links)?;
        socket.execute(message, flags).map_err(|error| {
            let actions = action::named(words::find(settings, "actions"));
            device.or_missing(refused(error, device, kind, &actions), socket)
        })
    });
    sent.map_err(|error| error.object(device))
}

/// What is said, with a parent that is called by a side in that side's own word.
fn placed(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    for (key, value) in settings.iter_mut().filter(|(key, _)| key == "parent") {
        let side = SIDES.iter().find(|side| matches!(value, Setting::Text(text) if text == *side));
        if let Some(side) = side {
            (*key, *value) = ((*side).into(), Setting::Switch(true));
        }
    }
    settings
}

/// The request about one filter.
fn message(index: u32, kind: Option<&Kind>, settings: &Settings, verb: u16, links: &mut Links<'_>) -> Result<Message> {
    let places = ["root", "ingress", "egress", "parent"].into_iter().filter(|key| words::find(settings, key).is_some());
    if let [one, two, ..] = places.collect::<Vec<_>>()[..] {
        return Err(Error::new(&explain::OPTIONS_CLASH).with("one", one).with("two", two));
    }
    let settings = &placed(settings);
    let mut header = Place { index, ..Place::default() }.message(verb).bytes;
    words::fill_header(&mut header, WORDS, settings, &mut words::no_links)?;
    let mut find = |name: &str| links.index(name);
    let mut message = Message::new(verb, &header);
    let common = words::without(settings, &["kind"]);
    message = message.with_all(&words::encode(WORDS, &common, &mut find)?);
    let Some(kind) = kind else { return Ok(message) };
    words::fill_header(&mut message.bytes[..LENGTH], kind.words, settings, &mut words::no_links)?;
    attr::put_text(&mut message.bytes, KIND, kind.name);
    if verb == NEW {
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
fn refused(error: Error, device: impl Display, kind: Option<&Kind>, actions: &[&action::Action]) -> Error {
    let text = error.kernel_text().unwrap_or_default();
    let missing = |error: Error, what: &'static str, name: &str, module: String, config: String| {
        let error = error.explain(&[(Errno::ENOENT, &explain::TC_KIND_MISSING)]).with("what", what).with("kind", name);
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
        _ => entry::refused(error, format!("such filter of \"{device}\""), "changing traffic control"),
    }
}

/// The filters of a link, or of all links of a namespace, wherever they are attached: each with its `dev`, place, `protocol`,
/// `pref`, `chain`, `kind`, `handle`, options and `actions`.
pub fn list(namespace: &Namespace, filter: &Filter) -> Result<Vec<Settings>> {
    let filter = &Filter { settings: placed(&filter.settings), ..filter.clone() };
    namespace.with_socket(|socket| {
        let names = index_names(socket)?;
        let wanted = filter.dev.as_ref().map(|device| device.index_in(socket)).transpose()?;
        let name = |index: u32| names.get(&index).cloned();
        let mut listed = Vec::new();
        for (index, parent) in parents(socket, wanted)? {
            let request = Place { index, parent, ..Place::default() }.message(GET);
            let found = socket.dump_with(&request, |kind, bytes| {
                (kind == NEW).then(|| read(bytes, &name)).flatten().filter(|record| is_meant(record, filter))
            });
            listed.extend(found?);
        }
        Ok(listed)
    })
}

/// Where filters can be: the links and the disciplines or classes, of one link or of all.
pub(in crate::kernel) fn parents(socket: &mut Socket, wanted: Option<u32>) -> Result<Vec<(u32, u32)>> {
    let is_wanted = |place: &Place| wanted.is_none_or(|index| index == place.index);
    let disciplines = qdisc::dump(socket, |place, kind, _| {
        let clsact = (kind == "clsact").then_some([IN, OUT]);
        let one = [if place.parent == INGRESS { handle::INGRESS & 0xffff_0000 } else { place.handle }];
        let parents = clsact.map_or_else(|| one.to_vec(), |both| both.to_vec());
        (is_wanted(place) && (place.handle != 0 || place.parent == ROOT)).then_some((place.index, parents))
    })?;
    let mut parents: Vec<(u32, u32)> = Vec::new();
    for (index, of) in disciplines {
        parents.extend(of.into_iter().filter(|parent| *parent != 0).map(|parent| (index, parent)));
    }
    let mut links: Vec<u32> = parents.iter().map(|(index, _)| *index).collect();
    links.dedup();
    for index in links {
        parents.extend(super::class::handles(socket, index)?.into_iter().map(|class| (index, class)));
    }
    Ok(parents)
}

fn is_meant(record: &Settings, filter: &Filter) -> bool {
    filter.kind.as_deref().is_none_or(|kind| words::text(record, "kind") == Some(kind))
        && filter.settings.iter().all(|(key, value)| words::find(record, key) == Some(value))
}

/// What an answer or an event of `RTM_NEWTFILTER` says; none for the heads under which filters stand, which are none.
pub fn read(bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let (place, attributes) = Place::read(bytes)?;
    let kind_name = attr::text(attr::find(attributes, KIND)?);
    let options = attr::find(attributes, OPTIONS).filter(|_| place.handle != 0)?;
    if kind_name == "u32" && u32::is_root(place.handle) {
        return None;
    }
    let mut settings: Settings =
        name(place.index).map(|name| ("dev".into(), Setting::Text(name))).into_iter().collect();
    let mut common = words::decode(WORDS, bytes.get(..LENGTH)?, attributes, name);
    let side = SIDES.iter().any(|side| words::flag(&common, side));
    common.retain(|(key, value)| match key.as_ref() {
        "parent" => !side,
        "chain" => *value != Setting::Integer(0),
        _ => true,
    });
    settings.extend(common);
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
    entry::delete_each(&listed, |record| {
        let Some(dev) = words::text(record, "dev") else { return Ok(()) };
        let kind = words::text(record, "kind").and_then(kind::find);
        delete(&Device::new(namespace, dev)?, kind, record)
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
            let error = refused(error, "v0", None, &action::named(Some(&kinds)));
            (error.to_string(), error.hint().unwrap_or_default())
        };
        let (message, _) = text(&["drop", "pass"]);
        assert!(message.contains("this kernel has no action \"gact\""), "{message}");
        let (message, hint) = text(&["vlan", "simple", "drop"]);
        assert!(message.contains("lacks one of the actions \"gact\", \"simple\", \"vlan\""), "{message}");
        assert!(hint.contains("act_gact act_simple act_vlan") && hint.contains("CONFIG_NET_ACT_SIMP"), "{hint}");
    }
}
