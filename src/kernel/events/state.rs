//! What there is in a namespace, as far as was told, and how a message or a list makes something else of it.
//!
//! An event is always the difference from what was told before. So it does no harm to hear of something twice, nor that a
//! list is read while events of what is in it already are still waiting.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::object::{Object, SORTS, Sort};
use super::{Action, Event, Record, What};
use crate::kernel::link::{self, Link};
use crate::kernel::names::Names;
use crate::kernel::namespace::Namespace;
use crate::kernel::route::Reader;
use crate::kernel::tc::{Place, handle};
use crate::netlink::attr::{self, Attributes};

/// `NLM_F_REPLACE`: an object took the place of another.
const REPLACE: u16 = 0x100;
/// `RTA_MULTIPATH`.
const MULTIPATH: u16 = 9;

/// By identity, what messages said that lasts; of some sorts several have the same identity.
type Known = HashMap<Vec<u8>, Vec<Box<[u8]>>>;

/// What is known of one namespace.
pub(super) struct State {
    objects: Vec<Object>,
    /// By index, without their counters.
    links: BTreeMap<u32, Link>,
    /// The names of links by index; of those that went, too, for what is told of them afterwards.
    names: HashMap<u32, String>,
    /// For each of the sorts.
    known: Vec<Known>,
    /// What may have changed without a word: links, and each of the sorts.
    doubtful: (bool, Vec<bool>),
    /// Of which of the sorts the kernel knows nothing.
    unknown: Vec<bool>,
    routes: Reader,
    scopes: Names,
    groups: Names,
}

/// Where what happened is put.
pub(super) struct Sink<'a> {
    pub(super) namespace: &'a Namespace,
    pub(super) events: &'a mut VecDeque<Event>,
    /// Whether anybody wants to know: not while what is there at the beginning is read.
    pub(super) open: bool,
}

impl Sink<'_> {
    pub(super) fn put(&mut self, what: What) {
        if self.open {
            self.events.push_back(Event { namespace: self.namespace.clone(), what });
        }
    }
}

impl State {
    /// Nothing is known; all of `objects` is to be read.
    pub(super) fn new(objects: &[Object]) -> Self {
        let wanted = SORTS.iter().map(|sort| objects.contains(&sort.object)).collect();
        Self {
            objects: objects.to_vec(),
            links: BTreeMap::new(),
            names: HashMap::new(),
            known: SORTS.iter().map(|_| HashMap::new()).collect(),
            doubtful: (true, wanted),
            unknown: vec![false; SORTS.len()],
            routes: Reader::of(Vec::new()),
            scopes: Names::scopes(),
            groups: Names::groups(),
        }
    }

    /// The sorts that are followed.
    pub(super) fn sorts(&self) -> impl Iterator<Item = &'static Sort> {
        SORTS.iter().filter(|sort| self.objects.contains(&sort.object))
    }

    /// Takes in a notification.
    pub(super) fn hear(&mut self, kind: u16, flags: u16, bytes: &[u8], sink: &mut Sink<'_>) {
        if matches!(kind, libc::RTM_NEWLINK | libc::RTM_DELLINK) {
            return self.hear_of_link(kind == libc::RTM_NEWLINK, bytes, sink);
        }
        if matches!(kind, libc::RTM_NEWQDISC | libc::RTM_DELQDISC) && self.objects.contains(&Object::Link) {
            // The link's record says which discipline it has, and no message of its own does.
            self.doubtful.0 |= Place::read(bytes).is_some_and(|(place, _)| place.parent == handle::ROOT);
        }
        for (place, sort) in SORTS.iter().enumerate() {
            if !self.objects.contains(&sort.object) || sort.object.is_ipsec() {
                continue;
            }
            let Some(is) = sort.says(kind, bytes) else { continue };
            self.unknown[place] = false;
            if sort.parts.is_some() {
                self.doubtful.1[place] = true;
            } else if is {
                self.came(place, flags, bytes, sink);
            } else {
                self.went(place, bytes, sink);
            }
        }
    }

    /// Takes in that there was a notification of IPsec, whatever it says.
    pub(super) fn hear_of_ipsec(&mut self) {
        self.doubt(|sort| sort.object.is_ipsec());
    }

    fn hear_of_link(&mut self, is: bool, bytes: &[u8], sink: &mut Sink<'_>) {
        if bytes.first().copied() != Some(libc::AF_UNSPEC as u8) {
            // A port of a bridge has other options now, or is none any more: the link's own message does not say so. Nor
            // does one of the VLANs and groups that it is in.
            self.doubtful.0 = true;
            return self.doubt(|sort| sort.parts.is_some());
        }
        let name = |index: u32| self.names.get(&index).cloned();
        let kind = if is { libc::RTM_NEWLINK } else { libc::RTM_DELLINK };
        let Some(link) = link::heard(kind, bytes, &self.groups, &name).filter(|link| !link.name.is_empty()) else {
            return;
        };
        if is {
            self.link_is(link, sink);
        } else {
            self.link_went(link.index, sink);
        }
    }

    fn link_is(&mut self, link: Link, sink: &mut Sink<'_>) {
        let quiet = Link { stats: link::Stats::default(), ..link.clone() };
        let index = link.index;
        let before = self.links.get(&index);
        let action = match before {
            Some(before) if *before == quiet => return,
            Some(_) => Action::Change,
            None => Action::Add,
        };
        let settled = |link: &Link| (link.flags.clone(), link.operstate.clone(), link.master.clone());
        if before.is_some_and(|before| settled(before) != settled(&quiet)) {
            self.doubt_dependents();
        }
        if self.names.get(&index) != Some(&link.name) {
            self.names.insert(index, link.name.clone());
            self.routes.set_link(index, &link.name);
        }
        self.links.insert(index, quiet);
        if self.objects.contains(&Object::Link) {
            sink.put(What::Object(Object::Link, action, Record::Link(Box::new(link))));
        }
    }

    fn link_went(&mut self, index: u32, sink: &mut Sink<'_>) {
        let Some(link) = self.links.remove(&index) else { return };
        self.doubt_dependents();
        if self.objects.contains(&Object::Link) {
            sink.put(What::Object(Object::Link, Action::Delete, Record::Link(Box::new(link))));
        }
    }

    /// With a link much goes or changes that no message tells of.
    fn doubt_dependents(&mut self) {
        self.doubt(|_| true);
    }

    /// What goes silently with an object, or takes its place: routes, and what is below a queueing discipline.
    fn doubt_with(&mut self, object: Object) {
        self.doubt(|sort| match object {
            Object::Addr | Object::Nexthop => sort.object == Object::Route,
            Object::Qdisc => {
                matches!(sort.object, Object::Qdisc | Object::Class | Object::Filter | Object::Chain)
            }
            // One message may tell of all that have the same preference.
            Object::Class | Object::Filter => sort.object == Object::Filter,
            _ => false,
        });
    }

    /// Doubts those of the followed sorts that are meant.
    fn doubt(&mut self, is_meant: impl Fn(&Sort) -> bool) {
        for (place, sort) in SORTS.iter().enumerate() {
            self.doubtful.1[place] |= self.objects.contains(&sort.object) && is_meant(sort);
        }
    }

    /// Doubts everything: some of what happened was not heard.
    pub(super) fn doubt_all(&mut self) {
        self.doubtful.0 = true;
        self.doubt(|_| true);
    }

    /// Whether there is anything to read again.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful.0 || self.doubtful.1.contains(&true)
    }

    fn came(&mut self, place: usize, flags: u16, bytes: &[u8], sink: &mut Sink<'_>) {
        let sort = &SORTS[place];
        let lasting = sort.lasting(bytes);
        let known = self.known[place].entry(sort.identity(bytes)).or_default();
        if sort.object == Object::Filter && !known.is_empty() {
            // What is told of one that was replaced may be what it was (Linux `u32_change`).
            return self.doubt_with(sort.object);
        }
        if known.iter().any(|one| sort.same(one, &lasting)) {
            return;
        }
        let alike = known.iter().position(|one| sort.alike(one, &lasting));
        let action = if known.is_empty() {
            known.push(lasting);
            Action::Add
        } else if let Some(at) = alike {
            known[at] = lasting;
            Action::Change
        } else if known.len() == 1 && (!sort.several || flags & REPLACE != 0) {
            known[0] = lasting;
            Action::Change
        } else {
            let merges = |message: &[u8]| attr::find(sort.attributes(message), MULTIPATH).is_some();
            if flags & REPLACE != 0 || merges(&lasting) || known.iter().any(|one| merges(one)) {
                // Which of several it replaces, or with which it became one of several ways, is not said.
                self.doubtful.1[place] = true;
                return;
            }
            known.push(lasting);
            Action::Add
        };
        if action == Action::Add && sort.object == Object::Qdisc {
            self.doubt_with(sort.object);
        }
        self.tell(place, action, bytes, sink);
    }

    fn went(&mut self, place: usize, bytes: &[u8], sink: &mut Sink<'_>) {
        let sort = &SORTS[place];
        self.doubt_with(sort.object);
        let identity = sort.identity(bytes);
        let Some(known) = self.known[place].get_mut(&identity) else { return };
        let lasting = sort.lasting(bytes);
        let alone = known.len() == 1 && !(sort.several && is_part(sort, &known[0], &lasting));
        match known.iter().position(|one| sort.alike(one, &lasting)).or(alone.then_some(0)) {
            Some(at) => {
                known.remove(at);
                if known.is_empty() {
                    self.known[place].remove(&identity);
                }
                self.tell(place, Action::Delete, bytes, sink);
            }
            // One of several that are alike, or one way of several.
            None => self.doubtful.1[place] = true,
        }
    }

    fn tell(&self, place: usize, action: Action, bytes: &[u8], sink: &mut Sink<'_>) {
        let object = SORTS[place].object;
        if sink.open
            && let Some(record) = self.record(object, bytes)
        {
            sink.put(What::Object(object, action, record));
        }
    }
}

/// Whether a message tells of one way of a route that has several.
fn is_part(sort: &Sort, whole: &[u8], part: &[u8]) -> bool {
    let has_several = |message| Attributes::new(sort.attributes(message)).any(|(kind, _)| kind == MULTIPATH);
    has_several(whole) && !has_several(part)
}

mod record;
mod settle;
#[cfg(test)]
mod tests;
