//! Ping between all hosts of a network from one process: every pair is asked once, whatever the kernel's limit on
//! neighbours.
//!
//! First each host is asked by a neighbour in the plain way, so that address resolution is tested. Then all pairs are
//! asked over permanent neighbour entries, which are added beside those there are and removed again: the limit counts
//! over all namespaces of the machine, and 33 hosts on a switch are enough to reach it. What was not answered is asked
//! once more.

mod entries;
mod lans;
mod pairs;
mod report;
mod wave;

use std::collections::BTreeSet;
use std::fmt;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ipnet::IpNet;

use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::wait::{Needs, Operation, Ready, Step};
use entries::Entries;
use lans::{Lans, Plain};
use pairs::{Pair, Waves};
use wave::{Manner, Next, Wave};

pub use pairs::Pairs;
pub use report::PingAll;

/// An interface with an address of its own.
#[derive(Debug, Clone)]
pub struct Station {
    /// Where it is.
    pub namespace: Namespace,
    /// Its address, with the prefix length of its subnet.
    pub address: IpNet,
    /// The index of the interface that has it.
    pub index: u32,
    /// That interface's MAC address.
    pub mac: [u8; 6],
    /// Stations are neighbours if they are on one segment (a link, or all that switches join) and one subnet.
    pub segment: usize,
}

/// A host that asks and is asked.
#[derive(Debug, Clone)]
pub struct PingHost {
    /// What it is called in the result.
    pub name: String,
    /// Where it is asked.
    pub station: Station,
}

/// How many hops apart two hosts are, as traceroute counts: neighbours are 1 apart.
pub type Distance = Box<dyn Fn(usize, usize) -> u32 + Send>;

/// Whether a host gets no answer from another by plan.
pub type Walled = Box<dyn Fn(usize, usize) -> bool + Send>;

/// What is asked for.
pub struct PingAllSpec {
    /// All of one family, best.
    pub hosts: Vec<PingHost>,
    /// Who asks whom.
    pub pairs: Pairs,
    /// The other interfaces that packets between the hosts may pass: routers'.
    pub ways: Vec<Station>,
    /// How long answers are waited for after the last request of a wave.
    pub timeout: Duration,
    /// The time to live of a request, from 1. (That of an answer is the other side's default: 64, unless its namespace
    /// has another `net.ipv4.ip_default_ttl` or `net.ipv6.conf.*.hop_limit`.)
    pub hop_limit: u8,
    /// With it, pairs that are further apart than `hop_limit` are counted instead of asked.
    pub distance: Option<Distance>,
    /// With it, pairs that are kept apart are counted instead of asked.
    pub walled: Option<Walled>,
}

impl PingAllSpec {
    /// All pairs, a second for an answer, and the highest hop limit.
    pub fn new(hosts: Vec<PingHost>) -> Self {
        Self {
            hosts,
            pairs: Pairs::All,
            ways: Vec::new(),
            timeout: Duration::from_secs(1),
            hop_limit: 255,
            distance: None,
            walled: None,
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = |key: &str, expected: &str, got: &dyn fmt::Display| {
            Err(Error::new(&explain::OPTION_VALUE).with("key", key).with("expected", expected).with("got", got))
        };
        if self.hop_limit == 0 {
            return wrong("hop_limit", "a number from 1 to 255", &0);
        }
        let hosts = self.hosts.len();
        if let Pairs::Listed(pairs) = &self.pairs
            && let Some((from, to)) = pairs.iter().find(|(from, to)| *from.max(to) >= hosts)
        {
            return wrong("pairs", &format!("pairs of numbers below {hosts}"), &format!("{from}, {to}"));
        }
        Ok(())
    }
}

/// How far a run is, to be read while it goes on.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<(AtomicUsize, usize)>);

impl Progress {
    /// How many pairs have been asked, or cannot be.
    pub fn done(&self) -> usize {
        self.0.0.load(Ordering::Relaxed).min(self.total())
    }

    /// How many pairs there are.
    pub fn total(&self) -> usize {
        self.0.1
    }

    fn set(&self, done: usize) {
        self.0.0.store(done, Ordering::Relaxed);
    }
}

/// Ways need no entries of their own up to so many: what the kernel learns has room beside the plain round's.
const LEARNED: usize = 512;
/// A step does about this much before it lets others go on.
const SLICE: Duration = Duration::from_millis(5);

/// All hosts being asked.
pub struct PingAllRun {
    spec: PingAllSpec,
    stations: Arc<[Station]>,
    lans: Lans,
    plain: Plain,
    deaf: BTreeSet<u32>,
    waves: Waves,
    part: Part,
    /// What the pairs of this round are, and how far it is.
    round: Vec<Pair>,
    stage: Stage,
    /// For the ways, over all waves; for the pairs of one round.
    ways: Entries,
    entries: Entries,
    failed: Vec<Pair>,
    asked: Vec<(usize, usize)>,
    sent: usize,
    too_far: usize,
    walled: usize,
    progress: Progress,
    started: Option<Instant>,
}

/// Which rounds these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Plain,
    Pairs,
    Again,
}

/// How far a round is.
enum Stage {
    Begin,
    Add,
    Ask(Box<Wave>),
    Remove,
}

impl PingAllRun {
    /// Prepares to ask. Nothing is done before the first step.
    ///
    /// Errors: a pair names a host that is not in the list, the hop limit is 0 (`EINVAL`). A run fails where a namespace
    /// is gone (`ENOENT`) or ICMP is forbidden (`EPERM`).
    pub fn start(mut spec: PingAllSpec) -> Result<Self> {
        spec.check()?;
        let hosts = spec.hosts.len();
        let of_hosts = spec.hosts.iter().map(|host| host.station.clone());
        let stations: Arc<[Station]> = of_hosts.chain(std::mem::take(&mut spec.ways)).collect();
        let lans = Lans::new(&stations, hosts);
        let plain = Plain::new(&lans, spec.pairs.targets(hosts, |pair| lans.on_link(pair)).into_iter());
        let mut ways = Entries::new(Arc::clone(&stations));
        let wanted = lans.ways();
        if wanted.values().map(Vec::len).sum::<usize>() > LEARNED {
            ways.want(wanted);
        }
        Ok(Self {
            plain,
            deaf: BTreeSet::new(),
            waves: Waves::new(&spec.pairs, hosts),
            part: Part::Plain,
            round: Vec::new(),
            stage: Stage::Begin,
            ways,
            entries: Entries::new(Arc::clone(&stations)),
            failed: Vec::new(),
            asked: Vec::new(),
            sent: 0,
            too_far: 0,
            walled: 0,
            progress: Progress(Arc::new((AtomicUsize::new(0), spec.pairs.count(hosts)))),
            started: None,
            spec,
            stations,
            lans,
        })
    }

    /// A handle on how far it is.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Does a piece of the run. Waits for nothing.
    fn advance(&mut self) -> Result<Next> {
        match &mut self.stage {
            Stage::Begin => return self.begin(),
            Stage::Add => {
                if self.entries.add_next()? {
                    return Ok(Next::Go);
                }
                if self.part == Part::Plain {
                    self.entries.vacate()?;
                }
                let wave = Wave::new(&self.stations, &self.round, self.manner())?;
                self.stage = Stage::Ask(Box::new(wave));
            }
            Stage::Ask(wave) => {
                let next = wave.advance()?;
                if self.part == Part::Pairs {
                    self.progress.set(self.sent - self.round.len() + self.too_far + self.walled + wave.sent());
                }
                let Next::Over = next else { return Ok(next) };
                let answered = wave.answered();
                self.stage = Stage::Remove;
                self.take_in(&answered);
            }
            Stage::Remove => {
                if !self.entries.remove_next()? {
                    self.stage = Stage::Begin;
                }
            }
        }
        Ok(Next::Go)
    }

    /// Begins the next round.
    fn begin(&mut self) -> Result<Next> {
        // The ways' entries are needed only once pairs are asked.
        if self.part != Part::Plain && self.ways.add_next()? {
            return Ok(Next::Go);
        }
        let round = match self.part {
            Part::Plain => self.plain.next(&self.lans),
            Part::Pairs => self.waves.next().map(|wave| self.choose(wave)),
            Part::Again => self.waves.next(),
        };
        let Some(round) = round else { return self.next_part() };
        self.entries.want(self.lans.entries(&round));
        self.round = round;
        self.stage = Stage::Add;
        Ok(Next::Go)
    }

    fn next_part(&mut self) -> Result<Next> {
        match self.part {
            Part::Plain => {
                self.deaf = self.plain.deaf();
                self.part = Part::Pairs;
            }
            Part::Pairs => {
                let (deaf, again) = std::mem::take(&mut self.failed).into_iter().partition(|&pair| self.is_deaf(pair));
                self.failed = deaf;
                self.waves = Waves::of(again);
                self.part = Part::Again;
            }
            Part::Again => return Ok(if self.ways.remove_next()? { Next::Go } else { Next::Over }),
        }
        Ok(Next::Go)
    }

    /// Whether a pair is known to fail: its target does not answer its neighbours, of which the other is one.
    fn is_deaf(&self, pair: Pair) -> bool {
        self.deaf.contains(&pair.1) && self.lans.on_link(pair)
    }

    /// Of the pairs of a wave, those that can be asked; counts all of them.
    fn choose(&mut self, mut wave: Vec<Pair>) -> Vec<Pair> {
        if let Some(walled) = &self.spec.walled {
            let all = wave.len();
            wave.retain(|&(from, to)| !walled(from as usize, to as usize));
            self.walled += all - wave.len();
        }
        if let Some(distance) = &self.spec.distance {
            let all = wave.len();
            let limit = u32::from(self.spec.hop_limit);
            wave.retain(|&(from, to)| distance(from as usize, to as usize) <= limit);
            self.too_far += all - wave.len();
        }
        self.sent += wave.len();
        if self.spec.hosts.len() <= report::MATRIX {
            self.asked.extend(wave.iter().map(|&pair| places(pair)));
        }
        let (deaf, wave): (Vec<Pair>, Vec<Pair>) = wave.into_iter().partition(|&pair| self.is_deaf(pair));
        self.failed.extend(deaf);
        wave
    }

    fn take_in(&mut self, answered: &[bool]) {
        let round = std::mem::take(&mut self.round);
        if self.part == Part::Plain {
            return self.plain.outcome(&round, answered);
        }
        self.failed.extend(round.into_iter().zip(answered).filter(|(_, answered)| !**answered).map(|(pair, _)| pair));
    }

    fn manner(&self) -> Manner {
        let (window, patience) = match self.part {
            // What was lost may have been too much at once.
            Part::Again => (32, Duration::from_millis(50)),
            Part::Plain | Part::Pairs => (256, Duration::from_millis(10)),
        };
        Manner { timeout: self.spec.timeout, hop_limit: self.spec.hop_limit, window, patience }
    }

    fn result(&mut self, started: Instant) -> PingAll {
        self.failed.sort_unstable();
        self.asked.sort_unstable();
        let failed: Vec<(usize, usize)> = self.failed.drain(..).map(places).collect();
        self.progress.set(self.progress.total());
        PingAll {
            hosts: self.spec.hosts.iter().map(|host| host.name.clone()).collect(),
            sent: self.sent,
            received: self.sent - failed.len(),
            loss: failed.len() as f64 / self.sent.max(1) as f64,
            failed,
            too_far: self.too_far,
            walled: self.walled,
            elapsed: started.elapsed(),
            asked: std::mem::take(&mut self.asked),
        }
    }
}

fn places((from, to): Pair) -> (usize, usize) {
    (from as usize, to as usize)
}

impl Operation for PingAllRun {
    type Output = PingAll;

    fn step(&mut self) -> Result<Step<PingAll>> {
        let now = Instant::now();
        let started = *self.started.get_or_insert(now);
        loop {
            let (fds, deadline): (Vec<(RawFd, Ready)>, Instant) = match self.advance()? {
                Next::Over => return Ok(Step::Done(self.result(started))),
                Next::Wait(fd, deadline) => (vec![(fd, Ready::Read)], deadline),
                Next::Go if now.elapsed() < SLICE => continue,
                // A moment that has passed: others go on, and so does this.
                Next::Go => (Vec::new(), now),
            };
            return Ok(Step::Wait(Needs { fds, deadline: Some(deadline) }));
        }
    }
}
