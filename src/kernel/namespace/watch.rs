//! Names that appear in /run/netns and go from there (`ip netns monitor`), of namespaces only.
//!
//! Listens from the moment it is made. A name's file is there a moment before its namespace is mounted on it, and a
//! mount gives no event: such a file is looked at again until it is a namespace. Other files are never reported.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};

use super::directory::{self, Directory, Entry, PATH};
use super::refusal;
use crate::error::{Error, Result, explain};
use crate::wait::{Needs, Operation, Ready, Step};

/// How long a file that is no namespace is looked at again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happened to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It became the name of a namespace.
    Add,
    /// It is the name of a namespace no more.
    Delete,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub action: Action,
    /// To which name.
    pub name: OsString,
}

/// A file that may yet become a namespace.
struct Unfinished {
    name: OsString,
    since: Instant,
    /// When to look again.
    next: Instant,
    /// It was seen to be something else, or written to, as nobody does with the file of a namespace.
    other: bool,
}

/// A listener on /run/netns.
pub struct Monitor {
    inotify: Inotify,
    /// Watches /run, where the directory may appear again.
    parent: WatchDescriptor,
    directory: Option<WatchDescriptor>,
    /// The names that are namespaces, as far as was told.
    known: BTreeSet<OsString>,
    unfinished: Vec<Unfinished>,
    events: VecDeque<Event>,
}

impl Monitor {
    /// Begins to listen. The directory is made where it is missing, as iproute2 does; where that is not allowed its
    /// appearance is waited for.
    ///
    /// Errors: a limit on watches (`EMFILE`, `ENOSPC`).
    pub fn new() -> Result<Self> {
        // Only root can make it; whoever may not can still listen.
        let _ = directory::make();
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK).map_err(refused)?;
        let parent = Path::new(PATH).parent().unwrap_or(Path::new("/"));
        let appears = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO;
        let parent = inotify.add_watch(parent, appears).map_err(refused)?;
        let (known, unfinished, events) = (BTreeSet::new(), Vec::new(), VecDeque::new());
        let mut monitor = Self { inotify, parent, directory: None, known, unfinished, events };
        monitor.watch()?;
        // What was there before is no event.
        monitor.events.clear();
        Ok(monitor)
    }

    /// The next event; none once `deadline` has passed.
    pub fn next(&mut self, deadline: Option<Instant>) -> Next<'_> {
        Next { monitor: self, deadline }
    }

    /// Watches the directory, if it is there, and finds out what changed in it meanwhile.
    fn watch(&mut self) -> Result<()> {
        let flags = AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_MOVE
            | AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_ONLYDIR;
        self.directory = match self.inotify.add_watch(PATH, flags) {
            Ok(watch) => Some(watch),
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::EACCES) => None,
            Err(errno) => return Err(refused(errno)),
        };
        self.compare()
    }

    /// Compares the directory with what is known of it.
    fn compare(&mut self) -> Result<()> {
        let names = match Directory::open()? {
            Some(directory) => directory.names()?,
            None => Vec::new(),
        };
        let gone: Vec<OsString> = self.known.iter().filter(|name| !names.contains(name)).cloned().collect();
        for name in gone {
            self.disappeared(&name);
        }
        names.into_iter().try_for_each(|name| self.appeared(name))
    }

    /// Reads what happened since the last time.
    fn read(&mut self) -> Result<()> {
        loop {
            match self.inotify.read_events() {
                Ok(events) => events.into_iter().try_for_each(|event| self.handle(event))?,
                Err(Errno::EAGAIN | Errno::EINTR) => return Ok(()),
                Err(errno) => return Err(Error::system(errno)),
            }
        }
    }

    fn handle(&mut self, event: InotifyEvent) -> Result<()> {
        if event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
            return self.compare();
        }
        if event.wd == self.parent {
            let ours = event.name.as_deref() == Path::new(PATH).file_name();
            return if ours { self.watch() } else { Ok(()) };
        }
        if Some(event.wd) != self.directory {
            return Ok(());
        }
        // The directory itself is gone; another may be there already.
        if event.mask.contains(AddWatchFlags::IN_IGNORED) {
            return self.watch();
        }
        let Some(name) = event.name else { return Ok(()) };
        if event.mask.intersects(AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO) {
            return self.appeared(name);
        }
        if event.mask.intersects(AddWatchFlags::IN_DELETE | AddWatchFlags::IN_MOVED_FROM) {
            self.disappeared(&name);
        } else if let Some(file) = self.unfinished.iter_mut().find(|file| file.name == name) {
            file.other = true;
        }
        Ok(())
    }

    fn appeared(&mut self, name: OsString) -> Result<()> {
        if self.known.contains(&name) || self.unfinished.iter().any(|file| file.name == name) {
            return Ok(());
        }
        let other = match entry(&name)? {
            Entry::Namespace(_) => {
                self.tell(Action::Add, &name);
                self.known.insert(name);
                return Ok(());
            }
            Entry::ForeignLink | Entry::DeadLink => return Ok(()),
            Entry::Other => true,
            Entry::Missing | Entry::Unfinished | Entry::Stale => false,
        };
        let now = Instant::now();
        self.unfinished.push(Unfinished { name, since: now, next: now, other });
        Ok(())
    }

    fn disappeared(&mut self, name: &OsStr) {
        if self.known.remove(name) {
            return self.tell(Action::Delete, name);
        }
        let Some(at) = self.unfinished.iter().position(|file| file.name == name) else { return };
        // Added and deleted before anybody looked.
        if !self.unfinished.swap_remove(at).other {
            self.tell(Action::Add, name);
            self.tell(Action::Delete, name);
        }
    }

    /// Looks again at files whose time has come.
    fn look(&mut self, now: Instant) -> Result<()> {
        for mut file in std::mem::take(&mut self.unfinished) {
            if file.next > now {
                self.unfinished.push(file);
            } else if let Entry::Namespace(_) = entry(&file.name)? {
                self.tell(Action::Add, &file.name);
                self.known.insert(file.name);
            } else if let age = now.duration_since(file.since)
                && age < PATIENCE
            {
                // Soon at first, and ever less often.
                file.next = now + (age / 2).max(Duration::from_millis(1));
                self.unfinished.push(file);
            }
        }
        Ok(())
    }

    fn tell(&mut self, action: Action, name: &OsStr) {
        self.events.push_back(Event { action, name: name.to_owned() });
    }
}

fn entry(name: &OsStr) -> Result<Entry> {
    Directory::open()?.map_or(Ok(Entry::Missing), |directory| directory.entry(name))
}

fn refused(errno: Errno) -> Error {
    let limits = match errno {
        // The limit of open files has the same errno.
        Errno::EMFILE if std::fs::File::open("/dev/null").is_err() => return Error::system(errno),
        Errno::EMFILE => ["fs.inotify.max_user_instances", "user.max_inotify_instances"],
        Errno::ENOSPC => ["fs.inotify.max_user_watches", "user.max_inotify_watches"],
        errno => return refusal::word(errno, "watching /run/netns"),
    };
    // One is the machine's, one the user namespace's: the lower one is reached first.
    let values = limits.iter().filter_map(|limit| {
        let value = std::fs::read_to_string(Path::new("/proc/sys").join(limit.replace('.', "/"))).ok()?;
        Some((value.trim_end().parse::<u64>().ok()?, limit))
    });
    let reached = values.min().map_or_else(|| limits[0].to_owned(), |(value, limit)| format!("{limit}={value}"));
    Error::new(&explain::WATCH_LIMIT).errno(errno).with("limit", reached)
}

/// Waits for the next event of a monitor.
pub struct Next<'a> {
    monitor: &'a mut Monitor,
    deadline: Option<Instant>,
}

impl Operation for Next<'_> {
    type Output = Option<Event>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        let now = Instant::now();
        self.monitor.read()?;
        self.monitor.look(now)?;
        if let Some(event) = self.monitor.events.pop_front() {
            return Ok(Step::Done(Some(event)));
        }
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Ok(Step::Done(None));
        }
        let again = self.monitor.unfinished.iter().map(|file| file.next).min();
        let fds = vec![(self.monitor.inotify.as_fd().as_raw_fd(), Ready::Read)];
        Ok(Step::Wait(Needs { fds, deadline: [again, self.deadline].into_iter().flatten().min() }))
    }
}
