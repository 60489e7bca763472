//! Network namespaces: a handle that says which one is meant, resolved at each call.
//!
//! Nsl's own is where the process started. A named one is opened by its name each time and recognised by its cookie, so
//! that nothing keeps it alive and no other is taken for it. All others are held by one descriptor.

pub mod all;
pub mod anonymous;
mod directory;
mod enter;
mod group;
pub mod id;
pub mod many;
pub mod named;
pub mod names;
mod nsfs;
mod outside;
pub mod pids;
pub mod publish;
mod refusal;
mod sockets;
pub mod watch;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::errno::Errno;

use crate::error::{Error, Result, explain};
use crate::netlink::Socket;
use anonymous::{HOME_ID, Held, Origin};
use nsfs::Opened;

pub use directory::PATH as DIRECTORY;
pub use enter::at_home;
pub use group::Group;

/// Lets go of what is kept of nsl's own namespace, before nsl moves as a whole; false if somebody holds it already.
pub fn forget_home() -> bool {
    sockets::forget(HOME_ID);
    enter::is_home_unknown()
}

/// A network namespace, by identity: cheap to clone, resolved at each call.
#[derive(Clone)]
pub struct Namespace(Arc<Kind>);

enum Kind {
    Home,
    Named {
        name: OsString,
        /// The name as text: lossy where others made it of other bytes.
        text: String,
        /// Which one has to be there under the name; none for a bare name.
        cookie: Option<u64>,
        /// With which others it ends, if nsl made it to end.
        group: Option<Group>,
    },
    Held(Held),
}

impl Namespace {
    /// The one nsl runs in.
    pub fn home() -> Self {
        Self(Arc::new(Kind::Home))
    }

    /// Whatever has this name in /run/netns at each call; something must have it now.
    ///
    /// Errors: an unfit name (`EINVAL`); `ENOENT`, with the names that are near; a file that is no namespace (`EINVAL`).
    pub fn named(name: impl AsRef<OsStr>) -> Result<Self> {
        let name = name.as_ref();
        names::check(name)?;
        named::open(name, None).map_err(|error| error.object(name.to_string_lossy()))?;
        Ok(Self::reference(name, None))
    }

    /// Whatever has this name in /run/netns at each call, be it there yet or not.
    ///
    /// Errors: an unfit name (`EINVAL`).
    pub fn called(name: impl AsRef<OsStr>) -> Result<Self> {
        let name = name.as_ref();
        names::check(name)?;
        Ok(Self::reference(name, None))
    }

    /// The namespace that has this name now, and no other that may get the name later.
    ///
    /// Errors: as [`Namespace::named`].
    pub fn get(name: impl AsRef<OsStr>) -> Result<Self> {
        let name = name.as_ref();
        names::check(name)?;
        let cookie = named::open(name, None).and_then(|fd| nsfs::cookie(&fd));
        Ok(Self::known(name, cookie.map_err(|error| error.object(name.to_string_lossy()))?))
    }

    /// The namespace at a path: `/proc/PID/ns/net`, or a file that a container engine keeps. It is held by a descriptor.
    ///
    /// Errors: `ENOENT`; a file that is no network namespace (`EINVAL`); no privilege to look.
    pub fn get_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let shown = || path.display();
        let opened = nsfs::open(path).map_err(|errno| match errno {
            Errno::ENOENT | Errno::ENOTDIR => Error::new(&explain::NAMESPACE_PATH_MISSING).with("path", shown()),
            Errno::EACCES | Errno::EPERM => refusal::needs(&format!("opening \"{}\"", shown()), "CAP_SYS_PTRACE"),
            errno => refusal::word(errno, "opening a network namespace"),
        });
        match opened.map_err(|error| error.object(shown()))? {
            Opened::Namespace(fd) => Ok(Self(Arc::new(Kind::Held(Held::new(fd, Origin::Path(path.to_owned())))))),
            Opened::Other => Err(Error::new(&explain::NOT_A_NAMESPACE_PATH).with("path", shown()).object(shown())),
        }
    }

    /// The namespace a process is in, held by a descriptor.
    ///
    /// Errors: no such process (`ESRCH`); no privilege to look.
    pub fn get_pid(pid: i32) -> Result<Self> {
        let path = pids::path_of(pid)?;
        Self::get_path(path)
            .map_err(|error| if error.is(&explain::NAMESPACE_PATH_MISSING) { pids::missing(pid) } else { error })
    }

    /// A named one whose cookie is known.
    fn known(name: &OsStr, cookie: u64) -> Self {
        Self::reference(name, Some(cookie))
    }

    /// A named one that ends with others.
    fn known_in(name: &OsStr, cookie: u64, group: Group) -> Self {
        let text = name.to_string_lossy().into_owned();
        Self(Arc::new(Kind::Named { name: name.to_owned(), text, cookie: Some(cookie), group: Some(group) }))
    }

    fn reference(name: &OsStr, cookie: Option<u64>) -> Self {
        let text = name.to_string_lossy().into_owned();
        Self(Arc::new(Kind::Named { name: name.to_owned(), text, cookie, group: None }))
    }

    /// Its nsfs file, opened; for a named one it is made sure that it still is the one that is meant.
    ///
    /// Errors: it was removed, replaced or closed (`ENOENT`).
    pub fn open(&self) -> Result<Arc<OwnedFd>> {
        match &*self.0 {
            Kind::Home => enter::home(),
            Kind::Named { name, cookie, .. } => named::open(name, *cookie),
            Kind::Held(held) => held.fd().ok_or_else(|| anonymous::closed(self)),
        }
        .map_err(|error| error.object(self.label()))
    }

    /// Calls `work` with a route socket inside it: a kept one, or for a named namespace a fresh one.
    ///
    /// Errors: those of [`Namespace::open`]; no privilege to enter; those of `work`.
    pub fn with_socket<T>(&self, work: impl FnOnce(&mut Socket) -> Result<T>) -> Result<T> {
        let id = match &*self.0 {
            Kind::Home => HOME_ID,
            Kind::Held(held) => held.id(),
            Kind::Named { .. } => return work(&mut self.event_socket()?),
        };
        let mut socket = match sockets::take(id) {
            Some(socket) => socket,
            None => self.event_socket()?,
        };
        let result = work(&mut socket);
        sockets::keep(id, socket);
        if let Kind::Held(held) = &*self.0
            && held.fd().is_none()
        {
            // Closed meanwhile: nothing may keep it.
            sockets::forget(id);
        }
        result
    }

    /// A fresh route socket inside it, which keeps the namespace alive while it is open.
    pub fn event_socket(&self) -> Result<Socket> {
        self.enter(Socket::open)
    }

    /// Runs `work` inside it, on the helper thread (at home on the calling one, which takes no privilege): for making
    /// sockets and for files that show the namespace of whoever opens them. `work` must be short and must not call into
    /// this module.
    ///
    /// Errors: those of [`Namespace::open`]; no privilege to enter; those of `work`; a panic in it (`EBUG`).
    pub fn enter<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        if let Kind::Home = *self.0 {
            return enter::here(work);
        }
        let fd = self.open()?;
        enter::inside(&fd, work)
    }

    /// What one would type, or as much as can be said: `ns0`, a path, `anonymous namespace net:[4026532008]`; nothing
    /// for nsl's own.
    pub fn label(&self) -> String {
        match &*self.0 {
            Kind::Home => String::new(),
            Kind::Named { text, .. } => text.clone(),
            Kind::Held(held) => match held.origin() {
                Origin::Path(path) => path.display().to_string(),
                Origin::Anonymous(inode) => format!("anonymous namespace net:[{inode}]"),
                Origin::Node { label, .. } => label.clone(),
            },
        }
    }

    /// Its name in /run/netns; lossy where others made it of bytes that are no text ([`Namespace::os_name`] has them).
    pub fn name(&self) -> Option<&str> {
        match &*self.0 {
            Kind::Named { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Its name in /run/netns, as it is.
    pub fn os_name(&self) -> Option<&OsStr> {
        match &*self.0 {
            Kind::Named { name, .. } => Some(name),
            _ => None,
        }
    }

    /// A path that leads to it while nsl runs: `/run/netns/NAME`, the path it was got by, `/proc/PID/fd/N`.
    pub fn path(&self) -> Result<PathBuf> {
        if let Kind::Named { name, .. } = &*self.0 {
            return Ok(directory::path_of(name));
        }
        if let Kind::Held(held) = &*self.0
            && let Origin::Path(path) = held.origin()
        {
            return Ok(path.clone());
        }
        let fd = self.open()?;
        Ok(PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd())))
    }

    /// The inode of its nsfs file: the number in `net:[…]`. It names the namespace only while something holds it.
    pub fn inode(&self) -> Result<u64> {
        let (_, inode) = self.key()?;
        Ok(inode)
    }

    /// The kernel's number for it, never used twice while the machine is up.
    pub fn cookie(&self) -> Result<u64> {
        let fd = self.open()?;
        nsfs::cookie(&fd).map_err(|error| error.object(self.label()))
    }

    /// Whether both are the same namespace, now.
    pub fn same(&self, other: &Self) -> Result<bool> {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ok(true);
        }
        let (one, other) = (self.open()?, other.open()?);
        are_same(&one, &other)
    }

    /// Whether it is nsl's own by name; another handle may turn out to be the same ([`Namespace::same`]).
    pub fn is_home(&self) -> bool {
        matches!(&*self.0, Kind::Home)
    }

    /// Whether nsl made it without a name, so that it and all that runs inside end with nsl.
    pub fn is_anonymous(&self) -> bool {
        matches!(&*self.0, Kind::Held(held) if !matches!(held.origin(), Origin::Path(_)))
    }

    /// With which others it ends; none if it is not nsl's to end.
    pub fn group(&self) -> Option<Group> {
        match &*self.0 {
            Kind::Home => None,
            Kind::Named { group, .. } => *group,
            Kind::Held(held) => match held.origin() {
                Origin::Anonymous(_) => Some(Group::RUN),
                Origin::Node { group, .. } => Some(*group),
                Origin::Path(_) => None,
            },
        }
    }

    /// The same namespace, ending with others: `group` says in whose PID namespace programs start.
    #[must_use]
    pub fn in_group(&self, group: Group) -> Self {
        match &*self.0 {
            Kind::Named { name, cookie: Some(cookie), .. } => Self::known_in(name, *cookie, group),
            _ => self.clone(),
        }
    }

    fn key(&self) -> Result<nsfs::Key> {
        Ok(nsfs::key(self.open()?)?)
    }

    /// Takes its name away, if the name still holds this namespace.
    ///
    /// Errors: it has no name (`EINVAL`); it was removed or replaced (`ENOENT`), but for `missing_ok` when it was removed.
    pub fn delete(&self, how: named::Delete) -> Result<()> {
        let Kind::Named { name, cookie, .. } = &*self.0 else {
            return Err(Error::new(&explain::NAMESPACE_NAMELESS).with("what", self.label()).object(self.label()));
        };
        named::delete_known(name, *cookie, how).map_err(|error| error.object(self.label()))
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Namespace({:?})", self.label())
    }
}

/// Whether two open files are the same namespace.
pub fn are_same(one: &OwnedFd, other: &OwnedFd) -> Result<bool> {
    Ok(nsfs::key(one)? == nsfs::key(other)?)
}
