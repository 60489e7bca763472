//! What objects of generic netlink have in common: a family, commands, and a table of words for their attributes.

use nix::errno::Errno;

use super::device::index_names;
use super::entry::{self, Links};
use super::namespace::Namespace;
use super::words::{self, Settings, Word};
use crate::error::{Error, Result, explain};
use crate::netlink::Generic;

/// A family of generic netlink, and what its objects are called.
pub struct Family {
    /// As the kernel calls it.
    pub name: &'static str,
    /// What this kernel lacks without it, for messages.
    pub what: &'static str,
    /// The module that has it, empty where it is none, and the option that builds it.
    pub module: &'static str,
    /// See [`Family::module`].
    pub config: &'static str,
}

impl Family {
    /// Finds it in a namespace; `EOPNOTSUPP`, with its module, if the kernel has none.
    pub fn open(&self, namespace: &Namespace) -> Result<Generic> {
        let name = self.name;
        namespace.enter(move || Generic::open(name, 1)).map_err(|error| {
            let row = if self.module.is_empty() { &explain::OBJECT_NOT_SUPPORTED } else { &explain::MODULE_MISSING };
            let error = error.explain(&[(Errno::ENOENT, row)]).with("what", self.what).with("module", self.module);
            error.with("config", self.config).with("remedy", format!("use a kernel with {}", self.config))
        })
    }

    /// Sends a command with these attributes, and gives the attributes of what comes back; `what` is its object.
    pub fn send(&self, namespace: &Namespace, command: u8, attributes: &[u8], what: &str) -> Result<Vec<Vec<u8>>> {
        let answers = self.open(namespace)?.query(command, attributes);
        answers.map_err(|error| self.refused(error, namespace, what))
    }

    /// Sends a command with what `settings` say of `words`.
    pub fn write(
        &self,
        namespace: &Namespace,
        command: u8,
        (words, settings): (&'static [Word], &Settings),
        what: &str,
    ) -> Result<()> {
        self.send(namespace, command, &attributes(namespace, words, settings)?, what).map(drop)
    }

    /// Lists what a command lists, in these words.
    pub fn list(&self, namespace: &Namespace, command: u8, words: &[Word], what: &str) -> Result<Vec<Settings>> {
        let names = namespace.with_socket(index_names)?;
        let name = |index: u32| names.get(&index).cloned();
        let listed = self.open(namespace)?.dump(command, &[]).map_err(|error| self.refused(error, namespace, what))?;
        Ok(listed.iter().map(|bytes| words::decode(words, &[], bytes, &name)).collect())
    }

    /// Words a refusal about `what`, in a namespace.
    fn refused(&self, error: Error, namespace: &Namespace, what: &str) -> Error {
        let label = namespace.label();
        let place = if label.is_empty() { String::new() } else { format!(" in \"{label}\"") };
        let error = error.with("doing", format!("changing {}", self.what));
        entry::refused(error, format!("{what}{place}"), "changing it").object(what)
    }
}

/// The attributes that `settings` say in these words.
pub fn attributes(namespace: &Namespace, words: &[Word], settings: &Settings) -> Result<Vec<u8>> {
    namespace.with_socket(|socket| {
        let mut links = Links::of(namespace, socket);
        words::encode(words, settings, &mut |name| links.index(name))
    })
}

/// Those of a list that have all that `filter` says, which is read as it would be of the kernel.
pub fn matching(
    namespace: &Namespace,
    words: &[Word],
    listed: Vec<Settings>,
    filter: &Settings,
) -> Result<Vec<Settings>> {
    let names = namespace.with_socket(index_names)?;
    let bytes = attributes(namespace, words, filter)?;
    let wanted = words::decode(words, &[], &bytes, &|index| names.get(&index).cloned());
    let meets = |record: &Settings| wanted.iter().all(|(key, value)| words::find(record, key) == Some(value));
    Ok(listed.into_iter().filter(meets).collect())
}

/// The value called `key`, in messages; none is `any`.
pub fn shown(settings: &Settings, key: &str) -> String {
    words::find(settings, key).map_or_else(|| "any".to_owned(), |value| value.to_string().replace('"', ""))
}
