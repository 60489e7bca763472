//! Sysctls of a namespace: `net.ipv4.ip_forward`, or several by a pattern, `net.ipv4.conf.*.forwarding`.
//!
//! What `/proc/sys/net` shows depends on the namespace of the thread that opens a file there, so each is opened inside.

mod here;
mod many;
mod name;
mod refusal;

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use nix::errno::Errno;

pub use here::Here;

use super::namespace::Namespace;
use crate::error::Result;
use name::Name;
use refusal::{About, place};

const ROOT: &str = "/proc/sys";

/// What a key stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// One sysctl: its value, without the final newline.
    One(String),
    /// What a pattern or a group has: keys with values, sorted.
    Many(Vec<(String, String)>),
}

/// Reads a sysctl; with a pattern all that it matches, and with the key of a group all in it, but for those that have no
/// value to read. Keys are as sysctl(8) takes them ([`name`]); those that are given can be written back.
///
/// `ENOENT` if there is none of that name.
pub fn read(namespace: &Namespace, key: &str) -> Result<Found> {
    let (name, owned, place) = (Name::parse(key)?, key.to_owned(), place(namespace));
    let read = move || {
        let root = Path::new(ROOT);
        let about = About { root, name: &name, key: &owned, place: &place, value: None };
        if name.is_pattern() {
            return many::read(&about, name.find(root));
        }
        match name.act(root, |path| read_file(&root.join(path))) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => many::read(&about, name.find(root)),
            read => read.map(Found::One).map_err(|error| about.word(&error)),
        }
    };
    namespace.enter(read).map_err(|error| error.object(object(namespace, key)))
}

/// Writes a sysctl, or all that a pattern matches, and gives what was there. Of several all are written, or none.
///
/// `ENOENT` if there is none of that name, `EINVAL` for a value it does not take, `EACCES` where it is not to be written.
pub fn write(namespace: &Namespace, key: &str, value: &str) -> Result<Found> {
    let name = Name::parse(key)?;
    if name.is_pattern() {
        return write_all(namespace, vec![(key.to_owned(), value.to_owned())]).map(Found::Many);
    }
    let (owned, value, place) = (key.to_owned(), value.to_owned(), place(namespace));
    let swap = move || {
        let root = Path::new(ROOT);
        let about = About { root, name: &name, key: &owned, place: &place, value: Some(&value) };
        let swapped = name.act(root, |path| {
            let path = root.join(path);
            let old = match read_file(&path) {
                // Some can only be written.
                Err(error) if has_no_value(&error) => String::new(),
                old => old?,
            };
            write_file(&path, &value).map(|()| old)
        });
        swapped.map(Found::One).map_err(|error| about.word(&error))
    };
    namespace.enter(swap).map_err(|error| error.object(object(namespace, key)))
}

/// Writes several, keys with values, and gives what was there, but for what cannot be read. All are written, or none.
/// Where a key and a pattern mean the same, the key's value is written.
///
/// Errors as [`write()`].
pub fn write_all(namespace: &Namespace, settings: Vec<(String, String)>) -> Result<Vec<(String, String)>> {
    let place = place(namespace);
    let write = move || many::write(Path::new(ROOT), &place, &settings);
    namespace.enter(write).map_err(|error| error.object(namespace.label()))
}

fn object(namespace: &Namespace, key: &str) -> String {
    let label = namespace.label();
    if label.is_empty() { key.to_owned() } else { label }
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.read_to_string(&mut text)?;
    text.truncate(text.trim_end_matches('\n').len());
    Ok(text)
}

fn write_file(path: &Path, value: &str) -> io::Result<()> {
    // In one write: the kernel takes each write for a value of its own.
    let written = OpenOptions::new().write(true).open(path)?.write(value.as_bytes())?;
    if written < value.len() { Err(io::Error::from_raw_os_error(libc::EINVAL)) } else { Ok(()) }
}

/// Whether a failure to read says that there is nothing to read: a sysctl that can only be written (`route.flush`), or one
/// that was never set (`stable_secret`: EIO).
fn has_no_value(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error() == Some(Errno::EIO as i32)
}
