//! Following one namespace, several, or all there are and those that come later.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::listener::Listener;
use super::object::Object;
use super::{Action, Event, Found, Record, What};
use crate::error::{Error, Result};
use crate::kernel::namespace::watch::{self, Monitor};
use crate::kernel::namespace::{Namespace, all, anonymous};
use crate::wait::{Needs, Operation, Ready, Step};

/// How often it is looked whether a namespace that is followed is still there, and, where all are, whether there are
/// others: nothing tells of either.
const CHECK: Duration = Duration::from_secs(1);
/// As in `listener`: how many times as long as it took the next look for namespaces waits.
const REST: u32 = 10;

/// In a burst what comes is read so much later, all at once: to be woken by each event would take more time than to read it,
/// of whoever makes them too.
const PAUSE: Duration = Duration::from_millis(1);

/// Which namespaces are followed.
#[derive(Debug, Clone)]
pub enum Places {
    /// These, until they are gone.
    These(Vec<Namespace>),
    /// All that can be seen (`namespace::all`), now or later.
    All,
}

/// What is followed, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where.
    pub places: Places,
    /// Which objects.
    pub objects: Vec<Object>,
    /// How many bytes of events the kernel may keep for each namespace until they are read.
    pub buffer: usize,
}

/// Follows namespaces.
pub struct Follower {
    options: Options,
    /// Has the sockets of all, so that waiting does not take the longer the more there are.
    epoll: Epoll,
    /// By inode, which stands for the namespace while its socket is open.
    listeners: HashMap<u64, Listener>,
    /// Those with something doubtful, and when they want to read it.
    unsettled: HashMap<u64, Instant>,
    names: Option<Monitor>,
    events: VecDeque<Event>,
    /// When to look for namespaces.
    look: Instant,
    /// How long it rests between two looks.
    rest: Instant,
    /// When something came last.
    woken: Option<Instant>,
}

impl Follower {
    /// Begins to follow: what happens from here on is told.
    ///
    /// Errors: a namespace that is not there (any more), or that may not be entered; a limit on descriptors.
    pub fn new(options: Options) -> Result<Self> {
        let is_all = matches!(options.places, Places::All);
        let names = (is_all || options.objects.contains(&Object::Netns)).then(Monitor::new).transpose()?;
        let now = Instant::now();
        let mut follower = Self {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(Error::system)?,
            listeners: HashMap::new(),
            unsettled: HashMap::new(),
            names,
            events: VecDeque::new(),
            look: now + CHECK,
            rest: now,
            woken: None,
            options,
        };
        match follower.options.places.clone() {
            Places::These(namespaces) => {
                for namespace in namespaces {
                    follower.follow(namespace.inode()?, &namespace, false)?;
                }
            }
            Places::All => follower.look_for_all(false)?,
        }
        Ok(follower)
    }

    /// The next event; none once `deadline` has passed, or when nothing is left to follow.
    pub fn next(&mut self, deadline: Option<Instant>) -> Next<'_> {
        Next { follower: self, deadline }
    }

    /// One that was read already, if there is one.
    pub fn pop(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn follow(&mut self, inode: u64, namespace: &Namespace, tell: bool) -> Result<()> {
        if self.listeners.contains_key(&inode) {
            return Ok(());
        }
        let told = tell.then_some(&mut self.events);
        let listener = Listener::new(namespace, &self.options.objects, self.options.buffer, told)?;
        for fd in listener.fds() {
            self.epoll.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, inode)).map_err(Error::system)?;
        }
        self.listeners.insert(inode, listener);
        Ok(())
    }

    fn leave(&mut self, inode: u64) -> Option<Listener> {
        self.unsettled.remove(&inode);
        let listener = self.listeners.remove(&inode)?;
        // Closing it would do as well, if nothing else has that socket.
        for fd in listener.fds() {
            let _ = self.epoll.delete(fd);
        }
        Some(listener)
    }

    /// Reads what has come everywhere.
    fn read(&mut self, at_once: bool) -> Result<()> {
        let mut ready = [EpollEvent::empty(); 64];
        let count = match self.epoll.wait(&mut ready, EpollTimeout::ZERO) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(errno) => return Err(Error::system(errno)),
        };
        let now = Instant::now();
        let mut inodes: Vec<u64> = ready[..count].iter().map(EpollEvent::data).collect();
        inodes.extend(self.unsettled.iter().filter(|(_, at)| at_once || **at <= now).map(|(inode, _)| *inode));
        for inode in inodes {
            let Some(listener) = self.listeners.get_mut(&inode) else { continue };
            match listener.read(&mut self.events, at_once)? {
                Some(at) => drop(self.unsettled.insert(inode, at)),
                None => drop(self.unsettled.remove(&inode)),
            }
        }
        Ok(())
    }

    /// Takes in which names have come and gone; gives what has to happen before there are others.
    fn read_names(&mut self) -> Result<Option<Needs>> {
        let Some(names) = &mut self.names else { return Ok(None) };
        loop {
            match names.next(None).step()? {
                Step::Wait(needs) => return Ok(Some(needs)),
                Step::Done(None) => return Ok(None),
                Step::Done(Some(_)) if matches!(self.options.places, Places::All) => self.look = Instant::now(),
                Step::Done(Some(watch::Event { action, name })) => {
                    let action = match action {
                        watch::Action::Add => Action::Add,
                        watch::Action::Delete => Action::Delete,
                    };
                    let inode = Namespace::named(&name).and_then(|namespace| namespace.inode()).ok();
                    let path = std::path::Path::new(crate::kernel::namespace::DIRECTORY).join(&name);
                    let found = Found { name: Some(name), inode, path };
                    let what = What::Object(Object::Netns, action, Record::Netns(found));
                    self.events.push_back(Event { namespace: Namespace::home(), what });
                }
            }
        }
    }

    /// Leaves the namespaces that are gone, and finds others where all are followed.
    fn look(&mut self, now: Instant) -> Result<()> {
        if now < self.look.max(self.rest) {
            return Ok(());
        }
        match &self.options.places {
            Places::All => self.look_for_all(true)?,
            Places::These(_) => {
                let is_gone = |(_, listener): &(&u64, &Listener)| listener.namespace().open().is_err();
                let gone: Vec<u64> = self.listeners.iter().filter(is_gone).map(|(inode, _)| *inode).collect();
                gone.into_iter().for_each(|inode| drop(self.leave(inode)));
            }
        }
        let end = Instant::now();
        self.rest = end + end.duration_since(now) * REST;
        self.look = end + CHECK;
        Ok(())
    }

    fn look_for_all(&mut self, tell: bool) -> Result<()> {
        let found = all::list_all()?;
        let gone: Vec<u64> =
            self.listeners.keys().copied().filter(|inode| !found.iter().any(|one| one.inode == *inode)).collect();
        for inode in gone {
            if let Some(listener) = self.leave(inode) {
                let namespace = listener.namespace().clone();
                let name = namespace.os_name().map(OsString::from);
                let path = namespace.path().unwrap_or_default();
                self.tell(namespace, Action::Delete, Found { name, inode: Some(inode), path });
            }
        }
        let mut own: HashMap<u64, Namespace> =
            anonymous::list().into_iter().filter_map(|one| Some((one.inode().ok()?, one))).collect();
        let home = Namespace::home().inode()?;
        for one in found {
            let inode = one.inode;
            let known = self.listeners.get(&inode).map(|listener| listener.namespace().os_name().map(OsString::from));
            if inode == home || known.as_ref() == Some(&one.name) {
                if known.is_none() {
                    self.follow(inode, &Namespace::home(), false)?;
                }
                continue;
            }
            let namespace = match (&one.name, own.remove(&inode)) {
                (Some(name), _) => Namespace::get(name),
                (None, Some(namespace)) => Ok(namespace),
                (None, None) => Namespace::get_path(&one.path),
            };
            // One that is gone meanwhile, or not ours to enter, is not followed.
            let Ok(namespace) = namespace else { continue };
            let record = Found { name: one.name, inode: Some(inode), path: one.path };
            if let Some(listener) = self.listeners.get_mut(&inode) {
                listener.set_namespace(namespace.clone());
                self.tell(namespace, Action::Change, record);
                continue;
            }
            let at = self.events.len();
            match self.follow(inode, &namespace, tell) {
                Ok(()) if tell && self.options.objects.contains(&Object::Netns) => {
                    // Before what is in it.
                    let what = What::Object(Object::Netns, Action::Add, Record::Netns(record));
                    self.events.insert(at, Event { namespace, what });
                }
                Err(error) if matches!(error.as_errno(), Some(Errno::EMFILE | Errno::ENFILE)) => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn tell(&mut self, namespace: Namespace, action: Action, found: Found) {
        if self.options.objects.contains(&Object::Netns) {
            let what = What::Object(Object::Netns, action, Record::Netns(found));
            self.events.push_back(Event { namespace, what });
        }
    }

    /// Whether there is nothing left that could happen.
    fn is_over(&self) -> bool {
        self.listeners.is_empty() && self.names.is_none()
    }
}

/// Waits for the next event.
pub struct Next<'a> {
    follower: &'a mut Follower,
    deadline: Option<Instant>,
}

impl Operation for Next<'_> {
    type Output = Option<Event>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        let follower = &mut *self.follower;
        if let Some(event) = follower.pop() {
            return Ok(Step::Done(Some(event)));
        }
        let now = Instant::now();
        let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
        let mut needs = follower.read_names()?.unwrap_or_default();
        follower.look(now)?;
        follower.read(is_late)?;
        if let Some(event) = follower.pop() {
            follower.woken = Some(now);
            return Ok(Step::Done(Some(event)));
        }
        if is_late || follower.is_over() {
            return Ok(Step::Done(None));
        }
        let again = follower.woken.map(|woken| woken + PAUSE).filter(|again| now < *again);
        if again.is_none() {
            let epoll: RawFd = follower.epoll.0.as_raw_fd();
            needs.fds.push((epoll, Ready::Read));
        }
        let look = follower.look.max(follower.rest);
        let times = follower.unsettled.values().copied().chain([look]).chain(again);
        needs.deadline = times.chain(self.deadline).chain(needs.deadline).min();
        Ok(Step::Wait(needs))
    }
}
