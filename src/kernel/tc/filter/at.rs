//! Where filters and chains are: at a discipline or class of a link, or in a block that several disciplines share.

use std::fmt;

use nix::errno::Errno;

use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;
use crate::kernel::tc::handle::{INGRESS, ROOT};
use crate::kernel::tc::place::{LENGTH, Place};
use crate::kernel::tc::{class, form, qdisc};
use crate::kernel::words::{self, Form, HEADER, Own, Setting, Settings, Word, field};
use crate::netlink::{Socket, attr};

/// `TC_H_MIN_INGRESS` and `TC_H_MIN_EGRESS` of a clsact.
const IN: u32 = 0xffff_fff2;
const OUT: u32 = 0xffff_fff3;

/// `TCM_IFINDEX_MAGIC_BLOCK`: instead of a link's index, where a block's number stands for the parent.
pub(super) const BLOCK: u32 = u32::MAX;

/// The words for a place: no two of them go together.
const WORDS: [&str; 5] = ["block", "root", "ingress", "egress", "parent"];
/// Those for the sides of a clsact, which may also be said as a parent.
const SIDES: [&str; 2] = ["ingress", "egress"];

/// What to do where nothing takes filters.
const ADD_A_CLSACT: &str = "add one first: netns.qdisc_add(dev, { kind = \"clsact\" })";
const MEANS_A_QDISC: &str =
    "give the handle of a qdisc with classes as parent, or add a clsact, and ingress = true or egress = true";

/// The word for a block that disciplines share.
pub(super) const fn block() -> Word {
    field("block", HEADER, LENGTH, 4, Form::Own(&SHARED))
}

/// The word for what comes in.
pub(super) const fn ingress() -> Word {
    field("ingress", HEADER, LENGTH, 12, Form::Own(&INGRESS_SIDE))
}

/// The word for what goes out.
pub(super) const fn egress() -> Word {
    field("egress", HEADER, LENGTH, 12, Form::Own(&EGRESS_SIDE))
}

/// The word for a discipline or a class.
pub(super) const fn parent() -> Word {
    field("parent", HEADER, LENGTH, 12, form::CLASS)
}

/// Index, handle and parent of the header.
static SHARED: Own = Own {
    expected: "a block's number from 1",
    encode: |value| match value {
        Setting::Integer(number) => {
            let number = u32::try_from(*number).ok().filter(|number| *number > 0)?;
            Some([BLOCK, 0, number].into_iter().flat_map(u32::to_ne_bytes).collect())
        }
        _ => None,
    },
    decode: |bytes| {
        let number = attr::u32_of(bytes.get(8..)?)?;
        (attr::u32_of(bytes)? == BLOCK).then_some(Setting::Integer(i64::from(number)))
    },
    width: Some(12),
};

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

/// What a filter or a chain belongs to.
#[derive(Debug, Clone)]
pub enum At {
    /// A link; at which discipline or class of it is said by their own words.
    Link(Device),
    /// The block of this number in this namespace.
    Block(Namespace, i64),
}

impl At {
    /// What a record says; none where it has neither.
    pub(super) fn of(namespace: &Namespace, record: &Settings) -> Result<Option<Self>> {
        match (words::integer(record, "block"), words::text(record, "dev")) {
            (Some(block), _) => Ok(Some(Self::Block(namespace.clone(), block))),
            (None, Some(dev)) => Ok(Some(Self::Link(Device::new(namespace, dev)?))),
            (None, None) => Ok(None),
        }
    }

    /// The namespace it is in.
    pub fn namespace(&self) -> &Namespace {
        match self {
            Self::Link(device) => &device.namespace,
            Self::Block(namespace, _) => namespace,
        }
    }

    /// The link's index; 0 for a block, whose word says it.
    pub(super) fn index_in(&self, socket: &mut Socket) -> Result<u32> {
        match self {
            Self::Link(device) => device.index_in(socket),
            Self::Block(..) => Ok(0),
        }
    }

    /// Words a refusal where nothing takes filters, as `settings` say the place: the errno alone says little. What to do is
    /// said to one that `makes` something.
    pub(super) fn lacking(&self, error: Error, settings: &Settings, makes: bool) -> Error {
        let text = error.kernel_text().unwrap_or_default();
        let says = |part| text.contains(part);
        if says("Specified class doesn't exist") {
            let class = words::text(settings, "parent").unwrap_or_default();
            let error = error.explain(&[(Errno::ENOENT, &explain::OBJECT_MISSING)]);
            return error.with("what", format!("class {class} of \"{self}\""));
        }
        if says("Block of given index was not found") {
            return error.explain(&[(Errno::EINVAL, &explain::TC_NO_BLOCK)]).with("at", self);
        }
        if !["Parent Qdisc doesn't exist", "Qdisc not classful", "doesn't support blocks"].into_iter().any(says) {
            return error;
        }
        let (place, remedy) = match words::text(settings, "parent") {
            Some(parent) => (format!("at {parent}"), MEANS_A_QDISC),
            None if words::flag(settings, "ingress") => ("for what comes in".to_owned(), ADD_A_CLSACT),
            None if words::flag(settings, "egress") => ("for what goes out".to_owned(), ADD_A_CLSACT),
            None => ("at its root".to_owned(), MEANS_A_QDISC),
        };
        let rows = [Errno::EINVAL, Errno::EOPNOTSUPP].map(|errno| (errno, &explain::TC_NO_FILTERS));
        let error = error.explain(&rows).with("at", self).with("where", place);
        if makes { error.with("remedy", remedy) } else { error }
    }

    /// Words an `ENODEV`, and names the object.
    pub(super) fn or_missing(&self, error: Error, socket: &mut Socket) -> Error {
        match self {
            Self::Link(device) => device.or_missing(error, socket),
            Self::Block(..) => error.object(self),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(device) => device.fmt(f),
            Self::Block(namespace, number) => {
                let label = namespace.label();
                let slash = if label.is_empty() { "" } else { "/" };
                write!(f, "{label}{slash}block {number}")
            }
        }
    }
}

/// What is said, with a parent that is called by a side in that side's own word. `EINVAL` for more than one place.
pub(super) fn placed(settings: &Settings) -> Result<Settings> {
    let places = WORDS.into_iter().filter(|key| words::find(settings, key).is_some());
    if let [one, two, ..] = places.collect::<Vec<_>>()[..] {
        return Err(Error::clash(one, two));
    }
    let mut settings = settings.clone();
    for (key, value) in settings.iter_mut().filter(|(key, _)| key == "parent") {
        let side = SIDES.iter().find(|side| matches!(value, Setting::Text(text) if text == *side));
        if let Some(side) = side {
            (*key, *value) = ((*side).into(), Setting::Switch(true));
        }
    }
    Ok(settings)
}

/// What a header says of the link, the block and the place, and of what else is in this table.
pub(super) fn read(words: &[Word], bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
    let (place, attributes) = Place::read(bytes)?;
    let dev = name(place.index).filter(|_| place.index != BLOCK);
    let mut settings: Settings = dev.map(|name| ("dev".into(), Setting::Text(name))).into_iter().collect();
    let mut said = words::decode(words, bytes.get(..LENGTH)?, attributes, name);
    let side = SIDES.iter().any(|side| words::flag(&said, side));
    said.retain(|(key, _)| match key.as_ref() {
        "parent" => !side && place.index != BLOCK,
        "root" | "ingress" | "egress" => place.index != BLOCK,
        _ => true,
    });
    settings.extend(said);
    Some(settings)
}

/// The places that these options mean, of one link or of all that filters can be at; a block, if they say one.
pub(super) fn places(
    socket: &mut Socket,
    words: &[Word],
    settings: &Settings,
    link: Option<u32>,
) -> Result<Vec<Place>> {
    let mut header = [0; LENGTH];
    words::fill_header(&mut header, words, settings, &mut words::no_links)?;
    let Some((said, _)) = Place::read(&header) else { return Ok(Vec::new()) };
    let said = Place { handle: 0, info: 0, ..said };
    if said.index == BLOCK {
        return Ok(vec![said]);
    }
    let mut places = parents(socket, link)?;
    if said.parent != 0 {
        places.iter_mut().for_each(|(_, parent)| *parent = said.parent);
        places.sort_unstable();
        places.dedup();
    }
    Ok(places.into_iter().map(|(index, parent)| Place { index, parent, ..said }).collect())
}

/// Where filters can be: the links and the disciplines or classes, of one link or of all.
pub(in crate::kernel) fn parents(socket: &mut Socket, wanted: Option<u32>) -> Result<Vec<(u32, u32)>> {
    let is_wanted = |place: &Place| wanted.is_none_or(|index| index == place.index);
    let disciplines = qdisc::dump(socket, |place, kind, _| {
        let clsact = (kind == "clsact").then_some([IN, OUT]);
        let one = [if place.parent == INGRESS { INGRESS & 0xffff_0000 } else { place.handle }];
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
        parents.extend(class::handles(socket, index)?.into_iter().map(|class| (index, class)));
    }
    Ok(parents)
}
