//! What states and policies have in common: how a whole one is written, and how the kernel is asked for one or for all.

use nix::errno::Errno;

use super::{meets, open};
use crate::error::{Error, Result};
use crate::kernel::device::index_names;
use crate::kernel::entry::Links;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::{NameOf, Settings, find};
use crate::netlink::Message;

/// States or policies.
pub(super) struct Sort {
    /// The type of the message that makes one (`XFRM_MSG_NEW…`); that of the one which asks follows the next.
    pub(super) new: u16,
    /// What is done when one is asked for, and when all are: `reading a state`, `listing states`.
    pub(super) doing: [&'static str; 2],
    /// What the kernel answers where there is none.
    pub(super) missing: Errno,
    /// A message about a whole one.
    pub(super) message: fn(u16, &Settings, &mut Links<'_>) -> Result<Message>,
    /// What an answer says.
    pub(super) record: fn(&[u8], NameOf<'_>) -> Option<Settings>,
    /// Words a refusal about the one that the settings say.
    pub(super) word: fn(Error, &Namespace, &Settings, &'static str) -> Error,
}

impl Sort {
    /// A message of the type `kind` about a whole one.
    pub(super) fn whole(&self, namespace: &Namespace, kind: u16, settings: &Settings) -> Result<Message> {
        namespace.with_socket(|socket| (self.message)(kind, settings, &mut Links::of(namespace, socket)))
    }

    /// Sends what changes the one that `settings` say.
    pub(super) fn send(
        &self,
        namespace: &Namespace,
        (message, flags): (Message, u16),
        settings: &Settings,
        doing: &'static str,
    ) -> Result<()> {
        open(namespace)?.execute(message, flags).map_err(|error| (self.word)(error, namespace, settings, doing))
    }

    /// The one that the kernel answers with.
    pub(super) fn ask(&self, namespace: &Namespace, message: Message, settings: &Settings) -> Result<Settings> {
        let word = |error| (self.word)(error, namespace, settings, self.doing[0]);
        let answers: Vec<Message> = open(namespace)?.query(message, 0).map_err(word)?;
        let names = namespace.with_socket(index_names)?;
        let name = |index: u32| names.get(&index).cloned();
        let found = answers.iter().find_map(|answer| (self.record)(&answer.bytes, &name));
        found.ok_or_else(|| word(Error::system(self.missing)))
    }

    /// Those of a namespace that have all that `filter` says.
    pub(super) fn list(&self, namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
        let names = namespace.with_socket(index_names)?;
        let name = |index: u32| names.get(&index).cloned();
        // The filter's values, as they are read of one.
        let mut wanted = (self.record)(&self.whole(namespace, self.new, filter)?.bytes, &name).unwrap_or_default();
        // What a header always has was not asked for.
        wanted.retain(|(key, _)| find(filter, key).is_some());
        let listed = open(namespace)?.dump_with(&Message::new(self.new + 2, &[]), |kind, bytes| {
            (self.record)(bytes, &name).filter(|record| kind == self.new && meets(record, &wanted))
        });
        listed.map_err(|error| (self.word)(error, namespace, filter, self.doing[1]))
    }
}
