//! Sysctls of a namespace: `net.ipv4.ip_forward`.
//!
//! What `/proc/sys/net` shows depends on the namespace of the thread that opens a file there, so each is opened inside.

mod here;

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use nix::errno::Errno;

pub use here::Here;

use super::namespace::Namespace;
use crate::error::{Error, Result, explain, nearest};

const ROOT: &str = "/proc/sys";

/// Reads a sysctl, without its final newline. The key has dots or slashes: `net.ipv4.conf.all.forwarding`; with slashes
/// a name may have a dot of its own (`net/ipv4/conf/eth0.1/forwarding`).
///
/// `ENOENT` if there is none of that name.
pub fn read(namespace: &Namespace, key: &str) -> Result<String> {
    let (path, key) = (path(key)?, key.to_owned());
    let label = label(namespace, &key);
    namespace
        .enter(move || read_here(&path).map_err(|error| word(&error, &path, &key, None)))
        .map_err(|e| e.object(label))
}

/// Writes a sysctl and gives its old value.
///
/// `ENOENT` if there is none of that name, `EINVAL` for a value it does not take, `EACCES` where it is not to be written.
pub fn write(namespace: &Namespace, key: &str, value: &str) -> Result<String> {
    let (path, key, value) = (path(key)?, key.to_owned(), value.to_owned());
    let label = label(namespace, &key);
    let swap = move || {
        let old = match read_here(&path) {
            // Some can only be written.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => String::new(),
            old => old.map_err(|error| word(&error, &path, &key, Some(&value)))?,
        };
        write_here(&path, &value).map_err(|error| word(&error, &path, &key, Some(&value)))?;
        Ok(old)
    };
    namespace.enter(swap).map_err(|error| error.object(label))
}

fn label(namespace: &Namespace, key: &str) -> String {
    let label = namespace.label();
    if label.is_empty() { key.to_owned() } else { label }
}

fn read_here(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.read_to_string(&mut text)?;
    text.truncate(text.trim_end_matches('\n').len());
    Ok(text)
}

fn write_here(path: &Path, value: &str) -> io::Result<()> {
    // In one write: the kernel takes each write for a value of its own.
    let written = OpenOptions::new().write(true).open(path)?.write(value.as_bytes())?;
    if written < value.len() { Err(io::Error::from_raw_os_error(libc::EINVAL)) } else { Ok(()) }
}

/// The file of a key: the parts between its slashes, or where there are none between its dots.
fn path(key: &str) -> Result<PathBuf> {
    let separator = if key.contains('/') { '/' } else { '.' };
    let parts: Vec<&str> = key.split(separator).collect();
    let is_bad = |part: &&str| part.is_empty() || matches!(*part, "." | "..") || part.contains(['\0', '/']);
    if parts.len() < 2 || parts.iter().any(is_bad) {
        return Err(Error::new(&explain::SYSCTL_BAD).with("key", key));
    }
    Ok(Path::new(ROOT).join(parts.join("/")))
}

fn word(error: &io::Error, path: &Path, key: &str, value: Option<&str>) -> Error {
    let errno = error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    let row = match errno {
        Errno::EACCES if value.is_some() && is_read_only(path) => &explain::SYSCTL_READ_ONLY,
        Errno::ENOENT | Errno::ENOTDIR => return missing(path, key),
        Errno::EISDIR => return directory(path, key),
        // Of this process, and no fault of the sysctl.
        Errno::EMFILE | Errno::ENFILE => return Error::system(errno),
        Errno::EACCES | Errno::EPERM | Errno::EROFS => &explain::SYSCTL_DENIED,
        _ if value.is_some() => &explain::SYSCTL_REFUSED,
        _ => return Error::system(errno),
    };
    let done = if value.is_some() { "written" } else { "read" };
    Error::new(row).errno(errno).with("key", key).with("value", value.unwrap_or_default()).with("done", done)
}

/// Whether nobody may write it.
fn is_read_only(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).is_ok_and(|status| status.mode() & 0o222 == 0)
}

/// The nearest key: at the first part that is not there, the name most like it.
fn missing(path: &Path, key: &str) -> Error {
    let error = Error::new(&explain::SYSCTL_MISSING).errno(Errno::ENOENT).with("key", key);
    let mut there = PathBuf::from(ROOT);
    let Ok(parts) = path.strip_prefix(ROOT) else { return error };
    let mut parts = parts.iter();
    for part in parts.by_ref() {
        let next = there.join(part);
        if next.exists() {
            there = next;
            continue;
        }
        let names = names(&there);
        let Some(near) = nearest(&part.to_string_lossy(), names.iter().map(String::as_str)) else { return error };
        let rest: PathBuf = std::iter::once(near.as_ref()).chain(parts).collect();
        let Ok(near) = there.join(rest).strip_prefix(ROOT).map(Path::to_path_buf) else { return error };
        return error.with("near", spelt_like(key, &near));
    }
    error
}

fn directory(path: &Path, key: &str) -> Error {
    let names = names(path);
    let shown = names.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
    Error::new(&explain::SYSCTL_DIRECTORY).errno(Errno::EISDIR).with("key", key).with("known", shown)
}

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(std::result::Result::ok);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A key with the separator that the user chose.
fn spelt_like(key: &str, path: &Path) -> String {
    let path = path.to_string_lossy();
    if key.contains('/') { path.into_owned() } else { path.replace('/', ".") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_dots_or_slashes() {
        let file = |key: &str| path(key).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(file("net.ipv4.ip_forward").expect("a key"), "/proc/sys/net/ipv4/ip_forward");
        let vlan = "net/ipv4/conf/eth0.1/forwarding";
        assert_eq!(file(vlan).expect("a key"), format!("/proc/sys/{vlan}"));
        for bad in ["", "net", "net..ip", "net/../kernel/hostname", "/net/ipv4", "net.ipv4.", "net/./x", "a\0.b"] {
            assert!(file(bad).expect_err("no key").is(&explain::SYSCTL_BAD), "{bad}");
        }
    }

    #[test]
    fn the_nearest_key_is_spelt_like_the_one_given() {
        let key = "net.ipv4.ip_forwrd";
        let error = missing(&path(key).expect("a key"), key);
        assert_eq!(error.hint().as_deref(), Some("did you mean \"net.ipv4.ip_forward\"?"));
        let key = "net/ipv5/ip_forward";
        let error = missing(&path(key).expect("a key"), key);
        assert_eq!(error.hint().as_deref(), Some("did you mean \"net/ipv4/ip_forward\"?"));
    }
}
