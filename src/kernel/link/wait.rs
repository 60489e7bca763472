//! Waiting until a link is as wanted: on the kernel's events, never on a timer.

use std::fmt;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::{Link, Setting, list, message, parse};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::names::Names;
use crate::netlink::Socket;
use crate::wait::{Operation, Ready, Step, needs};

/// The multicast group of link events (Linux `RTNLGRP_LINK`).
const RTNLGRP_LINK: u32 = 1;

/// How often it is seen whether the namespace still has its name.
const CHECK: Duration = Duration::from_millis(500);

/// How a link should be. All that is asked for has to hold at once.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// It is there (a link that is not there yet is waited for), or it is gone.
    pub present: Option<bool>,
    /// Up and able to carry packets (`IFF_UP` and `IFF_RUNNING`), or administratively down.
    pub up: Option<bool>,
    /// It has a carrier, or none.
    pub carrier: Option<bool>,
    /// `"UP"`, `"DOWN"` …
    pub operstate: Option<String>,
    /// As a port of a bridge with spanning tree it forwards or is blocked, and does not listen or learn any more.
    pub settled: Option<bool>,
}

impl Condition {
    fn holds(&self, link: Option<&Link>) -> bool {
        let Some(link) = link else { return self.present == Some(false) };
        let up = |up: bool| if up { link.up && link.running } else { !link.up };
        self.present != Some(false)
            && self.up.is_none_or(up)
            && self.carrier.is_none_or(|carrier| link.carrier == carrier)
            && self.settled.is_none_or(|settled| has_settled(link) == settled)
            && self.operstate.as_ref().is_none_or(|state| link.operstate == *state)
    }
}

impl fmt::Display for Condition {
    /// What it did not become: `up`, `gone`, `operstate "UP"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |asked: Option<bool>, yes: &'static str, no: &'static str| asked.map(|on| if on { yes } else { no });
        let words = [
            word(self.present, "present", "gone"),
            word(self.up, "up", "down"),
            word(self.carrier, "with carrier", "without carrier"),
            word(self.settled, "a port that forwards or is blocked", "a port that listens or learns"),
        ];
        let mut words: Vec<String> = words.into_iter().flatten().map(str::to_owned).collect();
        words.extend(self.operstate.as_ref().map(|state| format!("operstate \"{state}\"")));
        f.write_str(&words.join(" and "))
    }
}

/// Whether the spanning tree has decided what becomes of a port.
fn has_settled(link: &Link) -> bool {
    let undecided = |state: &str| matches!(state, "listening" | "learning");
    !link.port.iter().any(|(key, value)| key == "state" && matches!(value, Setting::Text(text) if undecided(text)))
}

/// Waits until a link meets a condition; gives the link as it then is, none if it was to be gone.
///
/// `ETIMEDOUT` at the deadline; `ENODEV` if the link is not there and was not to appear, or goes while it is waited for.
#[derive(Debug)]
pub struct Wait {
    device: Device,
    condition: Condition,
    begun: Instant,
    deadline: Option<Instant>,
    events: Option<Socket>,
    /// When the namespace was last seen under its name.
    checked: Instant,
    /// Once it was seen, or if it is known by it: its index, under which it is followed when it is renamed.
    index: Option<u32>,
}

impl Wait {
    /// Waits for `device` to meet `condition`, until `deadline` if there is one.
    pub fn new(device: Device, condition: Condition, deadline: Option<Instant>) -> Self {
        let index = device.known_index();
        Self { device, condition, begun: Instant::now(), deadline, events: None, checked: Instant::now(), index }
    }

    /// The link as it is now; none if it is not there.
    fn look(&mut self) -> Result<Option<Link>> {
        let request = match self.index {
            Some(index) => message::indexed(index),
            None => message::about(&self.device),
        };
        match self.device.namespace.with_socket(|socket| list::query(socket, request)) {
            Ok(link) => {
                self.index = Some(link.index);
                Ok(Some(link))
            }
            Err(error) if error.as_errno() == Some(Errno::ENODEV) => Ok(None),
            Err(error) => Err(error.object(&self.device)),
        }
    }

    /// Whether a link that is not there can be waited for; the error if not.
    fn missing(&self) -> Option<Error> {
        if self.condition.present == Some(true) && self.index.is_none() {
            return None;
        }
        if self.index.is_some() {
            return Some(Error::new(&explain::LINK_GONE).with("link", &self.device).object(&self.device));
        }
        // Which says what names there are.
        self.device.index().err()
    }

    /// Whether it is time to see if the namespace still has its name: its removal gives no event, because the socket that
    /// listens keeps it alive.
    fn check_place(&mut self) -> Result<()> {
        if self.device.namespace.name().is_some() && self.checked.elapsed() >= CHECK {
            self.device.namespace.open()?;
            self.checked = Instant::now();
        }
        Ok(())
    }

    fn timed_out(&self, link: Option<&Link>) -> Error {
        let seconds = self.deadline.unwrap_or(self.begun).saturating_duration_since(self.begun).as_secs_f64();
        let error = Error::new(&explain::LINK_WAIT_TIMEOUT).with("link", &self.device).object(&self.device);
        let error = error.with("wanted", &self.condition).with("time", (seconds * 1000.0).round() / 1000.0);
        let state = link.map_or_else(
            || "it is not there".to_owned(),
            |link| {
                let up = if link.up { "up" } else { "down" };
                let carrier = if link.carrier { "with carrier" } else { "without carrier" };
                format!("it is {up}, {carrier}, operstate {}", link.operstate)
            },
        );
        error.note(state)
    }
}

/// Reads the events that are there; whether one of them may be about the link.
fn concerns(events: &mut Socket, name: &str, index: Option<u32>) -> Result<bool> {
    let groups = Names::groups();
    let mut any = false;
    loop {
        match events.receive_event() {
            Ok(None) => return Ok(any),
            Ok(Some(event)) => {
                let link = parse::link(event.kind, &event.bytes, &groups);
                any |= link.is_some_and(|link| link.name == name || Some(link.index) == index);
            }
            // Some were lost: one of them may have been it.
            Err(error) if error.as_errno() == Some(Errno::ENOBUFS) => any = true,
            Err(error) => return Err(error),
        }
    }
}

impl Operation for Wait {
    type Output = Option<Link>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        let expired = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let look = match &mut self.events {
            Some(events) => concerns(events, &self.device.name, self.index)? || expired,
            // Listening before looking: what happens between the two is an event.
            None => {
                let mut events = self.device.namespace.event_socket()?;
                events.join(RTNLGRP_LINK)?;
                self.events = Some(events);
                true
            }
        };
        if look {
            let link = self.look()?;
            if self.condition.holds(link.as_ref()) {
                return Ok(Step::Done(link));
            }
            if link.is_none()
                && let Some(error) = self.missing()
            {
                return Err(error);
            }
            if expired {
                return Err(self.timed_out(link.as_ref()));
            }
        }
        self.check_place()?;
        let check = self.device.namespace.name().is_some().then(|| self.checked + CHECK);
        let deadline = [self.deadline, check].into_iter().flatten().min();
        match &self.events {
            Some(events) => Ok(Step::Wait(needs(events, Ready::Read, deadline))),
            None => Err(Error::system(Errno::EBADF)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        let link = Link { up: true, running: false, operstate: "DOWN".to_owned(), ..Link::default() };
        let up = Condition { up: Some(true), ..Condition::default() };
        assert!(!up.holds(Some(&link)) && !up.holds(None));
        assert!(up.holds(Some(&Link { running: true, ..link.clone() })));
        let gone = Condition { present: Some(false), ..Condition::default() };
        assert!(gone.holds(None) && !gone.holds(Some(&link)));
        let down = Condition { operstate: Some("DOWN".to_owned()), carrier: Some(false), ..Condition::default() };
        assert!(down.holds(Some(&link)));
        assert_eq!(down.to_string(), "without carrier and operstate \"DOWN\"");
    }
}
