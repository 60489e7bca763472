//! Reading again what is doubtful, and telling how it differs from what was told.

use super::{Known, Sink, State};
use crate::error::Result;
use crate::kernel::events::Action;
use crate::kernel::events::object::{Object, SORTS};
use crate::kernel::link::{self, Link};
use crate::kernel::tc::action::shared;
use crate::kernel::tc::{Place, filter, handle, qdisc};
use crate::netlink::{Message, Socket};

/// Where `struct tcmsg` has what something is at.
const PARENT: std::ops::Range<usize> = 12..16;

impl State {
    /// Reads again what is doubtful, over a socket in the namespace, and tells what is different.
    pub(in crate::kernel::events) fn settle(&mut self, socket: &mut Socket, sink: &mut Sink<'_>) -> Result<()> {
        if std::mem::take(&mut self.doubtful.0) {
            self.compare_links(link::list_in(socket)?, sink);
        }
        self.settle_sorts(socket, sink, false)?;
        // Nothing is told of links that went any more.
        self.names.retain(|index, _| self.links.contains_key(index));
        Ok(())
    }

    /// Whether there is anything of IPsec to read again.
    pub(in crate::kernel::events) fn is_ipsec_doubtful(&self) -> bool {
        SORTS.iter().zip(&self.doubtful.1).any(|(sort, doubtful)| *doubtful && sort.object.is_ipsec())
    }

    /// The same of IPsec, over a socket of its protocol.
    pub(in crate::kernel::events) fn settle_ipsec(&mut self, socket: &mut Socket, sink: &mut Sink<'_>) -> Result<()> {
        self.settle_sorts(socket, sink, true)
    }

    fn settle_sorts(&mut self, socket: &mut Socket, sink: &mut Sink<'_>, ipsec: bool) -> Result<()> {
        for (place, sort) in SORTS.iter().enumerate().filter(|(_, sort)| sort.object.is_ipsec() == ipsec) {
            if std::mem::take(&mut self.doubtful.1[place]) && !self.unknown[place] && sort.is_listed() {
                let messages = self.list(place, socket)?;
                self.compare(place, &messages, sink);
            }
        }
        Ok(())
    }

    /// The messages of all objects of a sort.
    fn list(&mut self, place: usize, socket: &mut Socket) -> Result<Vec<Box<[u8]>>> {
        let sort = &SORTS[place];
        let places = match sort.object {
            Object::Class => qdisc::dump(socket, |place, kind, _| classful(place, kind))?,
            Object::Filter | Object::Chain => filter::parents(socket, None)?,
            _ => Vec::new(),
        };
        let places = places.into_iter().map(|(index, parent)| Place { index, parent, ..Place::default() });
        let requests: Vec<Message> = match sort.object {
            Object::Class | Object::Filter | Object::Chain => places.map(|place| place.message(sort.new + 2)).collect(),
            Object::Action => shared::lists().collect(),
            Object::XfrmState | Object::XfrmPolicy => vec![Message::new(sort.new + 2, &[])],
            _ => sort.requests().collect(),
        };
        let mut all = Vec::new();
        for request in requests {
            let asked = (sort.object == Object::Chain).then(|| request.bytes.get(PARENT).map(<[u8]>::to_vec)).flatten();
            let parts = |bytes: &[u8]| match (sort.parts, &asked) {
                (_, Some(parent)) => {
                    let mut bytes: Box<[u8]> = bytes.into();
                    bytes[PARENT].copy_from_slice(parent);
                    vec![bytes]
                }
                (Some(parts), None) => parts(bytes),
                (None, None) => vec![bytes.into()],
            };
            // The kernel lists all families where it does not know the one it is asked for.
            let unknown = &mut self.unknown[place];
            let read = |kind: u16, bytes: &[u8]| {
                let says = sort.says(kind, bytes);
                *unknown |= says.is_none() && sort.families.len() == 1;
                (says == Some(true)).then(|| parts(bytes))
            };
            match socket.dump_with(&request, read) {
                Ok(messages) => all.extend(messages.into_iter().flatten()),
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    fn compare_links(&mut self, links: Vec<Link>, sink: &mut Sink<'_>) {
        let gone: Vec<u32> =
            self.links.keys().copied().filter(|index| !links.iter().any(|link| link.index == *index)).collect();
        gone.into_iter().for_each(|index| self.link_went(index, sink));
        // The names first: a master may come after its port.
        for link in &links {
            self.names.insert(link.index, link.name.clone());
            self.routes.set_link(link.index, &link.name);
        }
        links.into_iter().for_each(|link| self.link_is(link, sink));
    }

    /// Tells how a list differs from what is known of that sort, what went first.
    pub(super) fn compare(&mut self, place: usize, messages: &[Box<[u8]>], sink: &mut Sink<'_>) {
        let sort = &SORTS[place];
        let mut before = std::mem::take(&mut self.known[place]);
        let mut now = Known::with_capacity(messages.len());
        let mut news = Vec::new();
        for bytes in messages {
            let (identity, lasting) = (sort.identity(bytes), sort.lasting(bytes));
            let known =
                before.get_mut(&identity).and_then(|known| known.iter_mut().find(|one| sort.same(one, &lasting)));
            match known {
                // Nothing is in its place: it is neither new nor gone.
                Some(same) => *same = Box::default(),
                None => news.push((identity.clone(), bytes)),
            }
            now.entry(identity).or_default().push(lasting);
        }
        // One that is new in the place of one that was is a change, where it is clear which.
        let is_change = |identity: &Vec<u8>| {
            let was = before.get(identity).is_some_and(|was| matches!(was.as_slice(), [one] if !one.is_empty()));
            was && now.get(identity).is_some_and(|is| is.len() == 1)
        };
        let (changes, additions): (Vec<_>, Vec<_>) = news.into_iter().partition(|(identity, _)| is_change(identity));
        changes.iter().for_each(|(identity, _)| drop(before.remove(identity)));
        self.known[place] = now;
        for gone in before.into_values().flatten().filter(|one| !one.is_empty()) {
            self.tell(place, Action::Delete, &gone, sink);
        }
        changes.into_iter().for_each(|(_, bytes)| self.tell(place, Action::Change, bytes, sink));
        additions.into_iter().for_each(|(_, bytes)| self.tell(place, Action::Add, bytes, sink));
    }
}

/// The link of a root discipline that may have classes, all of which are listed together.
fn classful(place: &Place, kind: &str) -> Option<(u32, u32)> {
    (place.parent == handle::ROOT && kind != "noqueue").then_some((place.index, 0))
}

/// Whether this kernel knows nothing of that sort, or of that family of it.
fn is_missing(error: &crate::error::Error) -> bool {
    use nix::errno::Errno;
    matches!(error.as_errno(), Some(Errno::EOPNOTSUPP | Errno::EAFNOSUPPORT | Errno::EPFNOSUPPORT))
}
