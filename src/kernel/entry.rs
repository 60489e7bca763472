//! What most objects of the kernel have in common: three message types, a fixed header, a table of words.
//!
//! An object (a rule, a neighbour, a nexthop …) describes itself as a [`Sort`]; writing, reading and listing it follow from
//! that. What is special about it stays in its own file.

use nix::errno::Errno;

use super::device::{Device, index_names};
use super::namespace::Namespace;
use super::words::{self, Settings, Word};
use crate::error::{Error, Result, Row, explain};
use crate::netlink::{Message, Socket};

/// One sort of objects.
pub struct Sort {
    /// As a message calls one of them: `rule`.
    pub name: &'static str,
    /// The type of the message that makes one (`RTM_NEWRULE`), that of the one which deletes one and that of the one which asks
    /// for them follow it, as all of rtnetlink's do (Linux `rtnetlink.h`).
    pub new: u16,
    /// The fixed header's length in bytes.
    pub header: usize,
    /// Its options.
    pub words: &'static [Word],
}

impl Sort {
    /// The type of the message that deletes one.
    pub fn delete(&self) -> u16 {
        self.new + 1
    }

    /// The type of the message that asks for one or all.
    pub fn get(&self) -> u16 {
        self.new + 2
    }

    /// A message of the type `kind` about the object that `settings` say, over a `header` that is filled in so far.
    ///
    /// `EINVAL` for a value that a word cannot have, `ENODEV` for a link that is not there. Words that are none of the
    /// sort's are left to [`words::check`].
    pub fn message(&self, kind: u16, header: &[u8], settings: &Settings, links: &mut Links<'_>) -> Result<Message> {
        let mut header = header.to_vec();
        header.resize(self.header, 0);
        words::fill_header(&mut header, self.words, settings, &mut |name| links.index(name))?;
        let attributes = words::encode(self.words, settings, &mut |name| links.index(name))?;
        Ok(Message::new(kind, &header).with_all(&attributes))
    }

    /// What an answer or an event says; none if it is too short.
    pub fn read(&self, bytes: &[u8], name: words::NameOf<'_>) -> Option<Settings> {
        let header = bytes.get(..self.header)?;
        let attributes = bytes.get(self.header.next_multiple_of(4)..).unwrap_or_default();
        Some(words::decode(self.words, header, attributes, name))
    }

    /// All that a request (`RTM_GET…` with its header) lists and `keep` takes, each by its header and attributes.
    pub fn list(
        &self,
        socket: &mut Socket,
        request: &Message,
        keep: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<Vec<Settings>> {
        let names = index_names(socket)?;
        let name = |index: u32| names.get(&index).cloned();
        socket.dump_with(request, |kind, bytes| {
            let attributes = bytes.get(self.header.next_multiple_of(4)..).unwrap_or_default();
            let wanted = kind == self.new && keep(bytes.get(..self.header)?, attributes);
            wanted.then(|| self.read(bytes, &name)).flatten()
        })
    }
}

/// Finds links of a namespace by name, over a socket in it.
pub struct Links<'a> {
    namespace: &'a Namespace,
    socket: &'a mut Socket,
}

impl<'a> Links<'a> {
    /// Those of `namespace`, which `socket` is in.
    pub fn of(namespace: &'a Namespace, socket: &'a mut Socket) -> Self {
        Self { namespace, socket }
    }

    /// The index of the link called `name`; `ENODEV` if there is none.
    pub fn index(&mut self, name: &str) -> Result<u32> {
        Device::new(self.namespace, name)?.index_in(self.socket)
    }
}

/// Deletes each of what was listed. Gives how many that were: not those that went meanwhile, by themselves or with another.
pub fn delete_each<T>(listed: impl IntoIterator<Item = T>, delete: impl FnMut(T) -> Result<()>) -> Result<usize> {
    delete_each_but(&[], listed, delete)
}

/// As [`delete_each`]; what is refused in one of these words is left.
pub fn delete_each_but<T>(
    refusals: &[&'static Row],
    listed: impl IntoIterator<Item = T>,
    mut delete: impl FnMut(T) -> Result<()>,
) -> Result<usize> {
    let mut deleted = 0;
    for one in listed {
        match delete(one) {
            Err(error) if error.is(&explain::OBJECT_MISSING) || refusals.iter().any(|row| error.is(row)) => {}
            done => {
                done?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

/// Words a refusal about an object that is called `what` in messages: `rule 100`, `neighbour 10.0.0.1 on ns0/eth0`.
pub fn refused(error: Error, what: impl std::fmt::Display, doing: &'static str) -> Error {
    let rows = [
        (Errno::EPERM, &explain::NEEDS_CAPABILITY),
        (Errno::EEXIST, &explain::OBJECT_EXISTS),
        (Errno::ENOENT, &explain::OBJECT_MISSING),
        (Errno::ESRCH, &explain::OBJECT_MISSING),
        (Errno::EOPNOTSUPP, &explain::OBJECT_NOT_SUPPORTED),
    ];
    error.explain(&rows).with("what", what).with("doing", doing).with("capability", "CAP_NET_ADMIN")
}
