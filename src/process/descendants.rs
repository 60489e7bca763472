//! Processes and all that descends from them: found in /proc, held by pidfds, ended with a grace period.
//!
//! A pid read from /proc may be another process's a moment later, so each is opened as a pidfd and then looked at again.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::registry::{Child, pidfd_of, send};
use crate::error::{Error, Result};
use crate::kernel::namespace::Namespace;
use crate::wait::{Needs, Ready};

/// How long a process has between TERM and KILL.
pub const GRACE: Duration = Duration::from_secs(2);
/// How long a killed process may take to be gone before it is given up.
const KILLED: Duration = Duration::from_secs(1);

/// What /proc says of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    parent: i32,
    /// Clock ticks since boot: with the pid, an identity.
    start: u64,
    ended: bool,
}

/// Reads the fields after the name, which may itself hold spaces and parentheses (proc_pid_stat(5)).
fn parse_stat(text: &str) -> Option<Stat> {
    let mut fields = text[text.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let start = fields.nth(17)?.parse().ok()?;
    Some(Stat { parent, start, ended: matches!(state, "Z" | "X") })
}

fn stat(pid: i32) -> Option<Stat> {
    parse_stat(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Every process that nsl can see.
fn table() -> HashMap<i32, Stat> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return HashMap::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, stat(pid)?))).collect()
}

/// Which process is meant, also after its end, when its pid may be another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Its pid.
    pub pid: i32,
    /// When it was started: clock ticks since boot.
    pub start: u64,
}

impl Identity {
    /// The process that has this pid now and has not ended; none if there is none.
    pub fn of(pid: i32) -> Option<Self> {
        stat(pid).filter(|stat| !stat.ended).map(|stat| Self { pid, start: stat.start })
    }

    /// This process.
    pub fn own() -> Option<Self> {
        Self::of(std::process::id() as i32)
    }

    /// When it was started: seconds since 1970.
    pub fn since(&self) -> Option<u64> {
        let stat = std::fs::read_to_string("/proc/stat").ok()?;
        let boot: u64 = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        let ticks = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).ok()??;
        Some(boot + self.start / u64::try_from(ticks).ok().filter(|ticks| *ticks > 0)?)
    }

    /// A descriptor of it; none if it has ended.
    pub fn pidfd(&self) -> Option<OwnedFd> {
        // Opened before it is looked at: from here on the pid is its own.
        pidfd_of(self.pid).ok().filter(|_| self.is_alive())
    }

    /// Whether it has not ended yet. A zombie has.
    pub fn is_alive(&self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.start == self.start && !stat.ended)
    }
}

/// Ends all that lives in the PID namespace of `init`, which another nsl left, and `init` itself. Gives an error for each
/// process that could not be ended.
pub fn end_container(init: Identity) -> Vec<Error> {
    let Some(pidfd) = init.pidfd() else { return Vec::new() };
    let mut left = Ending::new(Family::in_pid_namespace(init.pid), false, GRACE).finish();
    // Refused only if it is gone.
    let _ = send(pidfd.as_fd(), libc::SIGKILL);
    wait_readable(&[pidfd.as_fd()], KILLED);
    if !is_readable(pidfd.as_fd()) {
        left.push(init.pid);
    }
    left.into_iter().map(super::registry::left_over).collect()
}

/// Some processes and what descends from them. What was found once stays in it, also when its parent has ended.
#[derive(Debug, Default)]
pub(super) struct Family {
    /// Whose children are looked for, besides the members'.
    roots: HashSet<i32>,
    /// Never members.
    but: HashSet<i32>,
    members: HashMap<i32, Member>,
}

#[derive(Debug)]
struct Member {
    start: u64,
    pidfd: OwnedFd,
}

impl Family {
    /// All that descends from nsl or from the first processes of its PID namespaces, without these themselves; nothing of
    /// what this process had as children before it became nsl.
    pub(super) fn own(inits: HashSet<i32>, foreign: HashSet<i32>) -> Self {
        let roots = inits.iter().copied().chain([std::process::id() as i32]).collect();
        Self { roots, but: inits.into_iter().chain(foreign).collect(), members: HashMap::new() }
    }

    /// All that is in the PID namespace of `init`, without that process itself: `children` of nsl, orphans that came to
    /// `init`, and what descends from them.
    pub(super) fn contained(init: i32, children: impl Iterator<Item = i32>) -> Self {
        let mut family = Self { roots: HashSet::from([init]), but: HashSet::from([init]), members: HashMap::new() };
        for child in children {
            if let Some(stat) = stat(child) {
                family.admit(child, stat);
            }
        }
        family
    }

    /// All that is in the PID namespace of `init`, whoever started it, without that process itself.
    fn in_pid_namespace(init: i32) -> Self {
        let namespace = |pid: i32| std::fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let wanted = namespace(init);
        let mut family = Self { but: HashSet::from([init]), ..Self::default() };
        for (pid, stat) in table() {
            if pid != init && wanted.is_some() && namespace(pid) == wanted {
                family.admit(pid, stat);
            }
        }
        family
    }

    /// A child and all that descends from it.
    pub(super) fn of(child: &Child) -> Self {
        let mut family = Self::default();
        if let Some(stat) = stat(child.pid()) {
            family.admit(child.pid(), stat);
        }
        family
    }

    /// Those of nsl's descendants that are in one of these network namespaces (their inode numbers).
    fn in_networks(inodes: &HashSet<u64>) -> Self {
        let mut all = Self::own(HashSet::new(), HashSet::new());
        all.grow();
        all.only_in(inodes)
    }

    /// Those members that are in one of these network namespaces.
    fn only_in(mut self, inodes: &HashSet<u64>) -> Self {
        let inside = |pid: &i32| {
            use std::os::unix::fs::MetadataExt;
            std::fs::metadata(format!("/proc/{pid}/ns/net")).is_ok_and(|net| inodes.contains(&net.ino()))
        };
        self.members.retain(|pid, _| inside(pid));
        Self { roots: HashSet::new(), ..self }
    }

    /// Looks for new descendants of the members.
    pub(super) fn grow(&mut self) {
        let table = table();
        // A member's pid may be another's by now: only the same start time makes it a parent.
        let is_member = |family: &Self, pid: i32| {
            let same = |member: &Member| table.get(&pid).is_some_and(|stat| stat.start == member.start);
            family.members.get(&pid).is_some_and(same)
        };
        loop {
            let new: Vec<_> = table
                .iter()
                .filter(|(pid, stat)| !stat.ended && !self.members.contains_key(pid) && !self.but.contains(pid))
                .filter(|(_, stat)| self.roots.contains(&stat.parent) || is_member(self, stat.parent))
                .map(|(pid, stat)| (*pid, *stat))
                .collect();
            let before = self.members.len();
            for (pid, stat) in new {
                self.admit(pid, stat);
            }
            if self.members.len() == before {
                return;
            }
        }
    }

    fn admit(&mut self, pid: i32, seen: Stat) {
        // Gone, or a descriptor is lacking: the next look may succeed.
        let Ok(pidfd) = pidfd_of(pid) else { return };
        if stat(pid).is_some_and(|now| now.start == seen.start) {
            self.members.insert(pid, Member { start: seen.start, pidfd });
        }
    }

    /// Sends a signal to each member.
    pub(super) fn signal(&self, signal: i32) {
        for member in self.members.values() {
            // Refused only if it is gone, or has become another user's: then it is listed as left.
            let _ = send(member.pidfd.as_fd(), signal);
        }
    }

    /// Lets go of members that have ended (zombies too).
    fn prune(&mut self) {
        self.members.retain(|_, member| !is_readable(member.pidfd.as_fd()));
    }
}

/// The end of a family, as a state machine: TERM, and KILL to what is left after the grace period.
#[derive(Debug)]
pub(super) struct Ending {
    family: Family,
    asked: HashSet<i32>,
    hang_up: bool,
    deadline: Instant,
    killing: bool,
}

impl Ending {
    /// Begins to end it. With `hang_up`, SIGHUP goes before TERM, which interactive shells ignore.
    pub(super) fn new(family: Family, hang_up: bool, grace: Duration) -> Self {
        let deadline = Instant::now() + grace;
        let mut ending = Self { family, asked: HashSet::new(), hang_up, deadline, killing: false };
        ending.step();
        ending
    }

    /// Goes on as far as possible without waiting; says what it waits for, or nothing once all have ended (or cannot be
    /// ended).
    pub(super) fn step(&mut self) -> Option<Needs> {
        let now = Instant::now();
        self.family.prune();
        self.family.grow();
        if !self.killing && now >= self.deadline {
            (self.killing, self.deadline) = (true, now + KILLED);
        }
        if self.killing {
            self.family.signal(libc::SIGKILL);
        } else {
            self.ask();
        }
        if self.family.members.is_empty() || (self.killing && now >= self.deadline) {
            return None;
        }
        let fds = self.family.members.values().map(|member| (member.pidfd.as_raw_fd(), Ready::Read)).collect();
        Some(Needs { fds, deadline: Some(self.deadline) })
    }

    /// Asks each new member once.
    fn ask(&mut self) {
        for (pid, member) in &self.family.members {
            if self.asked.insert(*pid) {
                let hang_up = self.hang_up.then_some(libc::SIGHUP);
                for signal in hang_up.into_iter().chain([libc::SIGTERM, libc::SIGCONT]) {
                    // Refused only if it is gone, or has become another user's.
                    let _ = send(member.pidfd.as_fd(), signal);
                }
            }
        }
    }

    /// Kills what is left, now.
    pub(super) fn kill(mut self) {
        if !self.killing {
            self.deadline = Instant::now();
        }
        self.finish();
    }

    /// Waits for the end in place; an interrupt does not stop it. Returns the pids of what could not be ended.
    pub(super) fn finish(mut self) -> Vec<i32> {
        while self.step().is_some() {
            let fds: Vec<_> = self.family.members.values().map(|member| member.pidfd.as_fd()).collect();
            wait_readable(&fds, self.deadline.saturating_duration_since(Instant::now()));
        }
        self.family.members.into_keys().collect()
    }
}

/// Ends a child and its descendants: TERM, the grace period, KILL. Returns when that is done.
pub(super) fn end(child: &Arc<Child>) {
    Ending::new(Family::of(child), child.on_terminal, GRACE).finish();
    child.end();
    super::registry::reap_orphans();
}

/// Ends all that nsl started in a namespace and what descends from it, as [`end`]; before an anonymous one is closed.
///
/// Errors: the namespace cannot be opened; a process that could not be ended (`EBUSY`).
pub fn end_in(namespace: &Namespace) -> Result<()> {
    end_in_all(&[namespace], None)?.into_iter().next().map_or(Ok(()), Err)
}

/// Ends all that runs in some namespaces of a lab: what nsl started there; of a kept lab what is in the PID namespace of
/// `init`. Gives an error for each process that could not be ended.
///
/// Errors: a namespace cannot be opened.
pub fn end_in_all(namespaces: &[&Namespace], init: Option<Identity>) -> Result<Vec<Error>> {
    let inodes: HashSet<u64> = namespaces.iter().map(|namespace| namespace.inode()).collect::<Result<_>>()?;
    let family = match init {
        Some(init) => Family::in_pid_namespace(init.pid).only_in(&inodes),
        None => Family::in_networks(&inodes),
    };
    let left = Ending::new(family, false, GRACE).finish();
    super::registry::reap_orphans();
    Ok(left.into_iter().map(super::registry::left_over).collect())
}

/// Waits until one of the descriptors is readable, at most `limit`.
pub(super) fn wait_readable(fds: &[BorrowedFd<'_>], limit: Duration) {
    let mut fds: Vec<_> = fds.iter().map(|&fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    let timeout = PollTimeout::try_from(limit.as_millis() + 1).unwrap_or(PollTimeout::MAX);
    // Whoever waits looks again, also after an EINTR.
    let _ = poll(&mut fds, timeout);
}

pub(super) fn is_readable(fd: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::new(fd, PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_disguise_the_fields_behind_it() {
        let line = "42 (a) S 1 (b) R 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 12345 99 0";
        assert_eq!(parse_stat(line), Some(Stat { parent: 7, start: 12345, ended: false }));
        assert_eq!(parse_stat("42 (a"), None);
    }

    #[test]
    fn this_process_is_seen_with_its_parent() {
        let stat = stat(std::process::id() as i32).expect("a /proc");
        assert_eq!(stat.parent, std::os::unix::process::parent_id() as i32);
    }
}
