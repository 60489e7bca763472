//! Every network namespace on the machine, named or not (`netns.list{all=true}`): containers, pods, daemons.
//!
//! Looks at /run/netns, at nsl's own anonymous ones, at mounts of nsfs elsewhere and at the processes. One that is held
//! only by a descriptor of another program cannot be seen.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::directory::{Directory, PATH, path_of};
use super::nsfs::{self, Opened};
use super::{anonymous, id, pids};
use crate::error::Result;

/// A network namespace and what holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The first of its names in /run/netns.
    pub name: Option<OsString>,
    /// Its id as seen from nsl's own namespace, where it has one.
    pub id: Option<i32>,
    /// The inode of its nsfs file.
    pub inode: u64,
    /// The processes whose first thread is in it, in order.
    pub pids: Vec<i32>,
    /// A file that leads to it, which `netns.get` takes.
    pub path: PathBuf,
}

/// All network namespaces that can be seen: the named ones in the order of their names, then the others in the order of
/// their inodes. Without privilege the processes of others are not seen.
pub fn list_all() -> Result<Vec<Found>> {
    let mut found = Finds::default();
    if let Some(directory) = Directory::open()? {
        for (name, fd) in directory.namespaces()? {
            let (_, inode) = nsfs::key(&fd)?;
            found.at(inode, || path_of(&name)).name.get_or_insert(name);
        }
    }
    for namespace in anonymous::list() {
        // One that another thread closes meanwhile is none any more.
        if let (Ok(fd), Ok(path)) = (namespace.open(), namespace.path()) {
            let (_, inode) = nsfs::key(&fd)?;
            found.at(inode, || path);
        }
    }
    for path in mounted(&std::fs::read("/proc/thread-self/mountinfo")?) {
        // Something else may be mounted over it.
        if let Ok(Opened::Namespace(fd)) = nsfs::open(&path) {
            let (_, inode) = nsfs::key(&fd)?;
            found.at(inode, || path);
        }
    }
    for (pid, inode) in pids::inodes()? {
        found.at(inode, || PathBuf::from(format!("/proc/{pid}/ns/net"))).pids.push(pid);
    }
    found.finish()
}

/// By inode: nsfs is one file system, so it tells them apart for as long as something holds them.
#[derive(Default)]
struct Finds(HashMap<u64, Found>);

impl Finds {
    /// The entry of a namespace, which keeps the first path that led to it.
    fn at(&mut self, inode: u64, path: impl FnOnce() -> PathBuf) -> &mut Found {
        let made = || Found { name: None, id: None, inode, pids: Vec::new(), path: path() };
        self.0.entry(inode).or_insert_with(made)
    }

    /// Puts all in order. Only where any namespace has an id they are opened and asked for theirs; then those that are
    /// gone by now are left out.
    fn finish(self) -> Result<Vec<Found>> {
        let mut all: Vec<Found> = self.0.into_values().collect();
        if id::are_any()? {
            all = all.into_iter().filter_map(|found| with_id(found).transpose()).collect::<Result<_>>()?;
        }
        all.sort_by(|a, b| (a.name.is_none(), &a.name, a.inode).cmp(&(b.name.is_none(), &b.name, b.inode)));
        Ok(all)
    }
}

/// A namespace with its id; none if it is gone. One descriptor at a time, however many there are.
fn with_id(mut found: Found) -> Result<Option<Found>> {
    let Ok(Opened::Namespace(fd)) = nsfs::open(&found.path) else { return Ok(None) };
    let (_, inode) = nsfs::key(&fd)?;
    found.id = id::of_each(std::iter::once(&fd))?.pop().flatten();
    Ok(Some(found).filter(|found| found.inode == inode))
}

/// The places outside /run/netns where a network namespace is mounted, from a `/proc/PID/mountinfo`.
fn mounted(mounts: &[u8]) -> Vec<PathBuf> {
    let rows = mounts.split(|byte| *byte == b'\n');
    let places = rows.filter_map(|row| {
        let mut fields = row.split(|byte| *byte == b' ').skip(3);
        let (root, place) = (fields.next()?, fields.next()?);
        root.starts_with(b"net:[").then(|| PathBuf::from(unescape(place)))
    });
    places.filter(|place| place.parent() != Some(Path::new(PATH))).collect()
}

/// Reads the octal escapes (`\040` for a space) of `man 5 proc_pid_mountinfo`.
fn unescape(field: &[u8]) -> OsString {
    let (mut bytes, mut rest) = (Vec::with_capacity(field.len()), field);
    while let [first, tail @ ..] = rest {
        let octal = tail.get(..3).map(OsStr::from_bytes).and_then(OsStr::to_str);
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if *first == b'\\' => (bytes, rest) = (with(bytes, byte), &tail[3..]),
            _ => (bytes, rest) = (with(bytes, *first), tail),
        }
    }
    OsString::from_vec(bytes)
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_elsewhere_are_read_with_their_escapes() {
        let rows = b"40 30 0:4 net:[4026532295] /run/netns/a rw shared:3 - nsfs nsfs rw\n\
            41 30 0:4 net:[4026532296] /run/docker/netns/a\\040b\\134c rw - nsfs nsfs rw\n\
            42 30 0:4 mnt:[4026532297] /run/mnt rw - nsfs nsfs rw\n\
            43 30 0:5 / /net:[1] rw - tmpfs none rw\n";
        assert_eq!(mounted(rows), [PathBuf::from("/run/docker/netns/a b\\c")]);
        assert_eq!(unescape(b"\\04"), "\\04");
    }
}
