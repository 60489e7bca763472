//! The usual impairments of a link, for what it sends: a rate alone by `tbf`, everything else by `netem`.

pub mod kept;

use std::time::Duration;

use netlink_packet_core::{DefaultNla, NLM_F_CREATE, NLM_F_REPLACE};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::tc::{TcAttribute, TcHandle, TcMessage};
use nix::errno::Errno;

use super::kind::Kind;
use super::kind::netem::{NETEM, seconds};
use super::kind::tbf::TBF;
use super::place::OPTIONS;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::link::request::Request;
use crate::kernel::link::{self, refused};
use crate::kernel::words::{Setting, Settings};

pub use super::kind::netem::Distribution;
pub use kept::{Kept, list_in};

/// How a link sends. What is not given is as it would be without.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shape {
    /// Bits a second, with the headers of frames.
    pub rate: Option<u64>,
    /// By how much packets are late.
    pub delay: Option<Duration>,
    /// By how much the delay varies in either direction.
    pub jitter: Option<Duration>,
    /// How much a delay is like the one before, from 0 to 1.
    pub delay_correlation: Option<f64>,
    /// How delays vary within the jitter.
    pub distribution: Option<Distribution>,
    /// The share that is lost, from 0 to 1.
    pub loss: Option<f64>,
    /// How much losing a packet is like the one before.
    pub loss_correlation: Option<f64>,
    /// The share that comes twice.
    pub duplicate: Option<f64>,
    /// How much doubling a packet is like the one before.
    pub duplicate_correlation: Option<f64>,
    /// The share in which a bit is wrong.
    pub corrupt: Option<f64>,
    /// How much damaging a packet is like the one before.
    pub corrupt_correlation: Option<f64>,
    /// The share that overtakes what is delayed.
    pub reorder: Option<f64>,
    /// How much overtaking is like the packet before.
    pub reorder_correlation: Option<f64>,
    /// How many packets may wait, those that are delayed too; what comes beyond is lost.
    pub limit: Option<u32>,
}

/// What waits longer is lost where a rate is given and no limit.
const PATIENCE: Duration = Duration::from_millis(50);
/// So many frames may wait at any rate: what TCP begins with at once (measured: with fewer it does not fill a slow link).
const LEAST: u32 = 32;
/// How much of a rate goes at once after a silence.
const BURST: Duration = Duration::from_millis(10);
/// What `tc` takes where nothing is said.
const PACKETS: u32 = 1000;
/// The header of a frame, and a VLAN's.
const FRAME: u32 = 18;
/// What most links send at once.
const MTU: u32 = 1500;

impl Shape {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This, and the rest of `other` where this says nothing.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            rate: self.rate.or(other.rate),
            delay: self.delay.or(other.delay),
            jitter: self.jitter.or(other.jitter),
            delay_correlation: self.delay_correlation.or(other.delay_correlation),
            distribution: self.distribution.or(other.distribution),
            loss: self.loss.or(other.loss),
            loss_correlation: self.loss_correlation.or(other.loss_correlation),
            duplicate: self.duplicate.or(other.duplicate),
            duplicate_correlation: self.duplicate_correlation.or(other.duplicate_correlation),
            corrupt: self.corrupt.or(other.corrupt),
            corrupt_correlation: self.corrupt_correlation.or(other.corrupt_correlation),
            reorder: self.reorder.or(other.reorder),
            reorder_correlation: self.reorder_correlation.or(other.reorder_correlation),
            limit: self.limit.or(other.limit),
        }
    }

    /// `EINVAL` for what makes no sense without another.
    pub fn check(&self) -> Result<()> {
        let given = [("jitter", self.jitter.is_some()), ("reorder", self.reorder.is_some())];
        if let Some((key, _)) = given.into_iter().find(|(_, given)| *given && self.delay.is_none()) {
            return Err(Error::new(&explain::SHAPE_NEEDS_DELAY).with("key", key));
        }
        let needs = [
            (
                "distribution",
                self.distribution.is_some(),
                "jitter",
                self.jitter.is_some_and(|jitter| !jitter.is_zero()),
            ),
            ("delay_correlation", self.delay_correlation.is_some(), "jitter", self.jitter.is_some()),
            ("loss_correlation", self.loss_correlation.is_some(), "loss", self.loss.is_some()),
            ("duplicate_correlation", self.duplicate_correlation.is_some(), "duplicate", self.duplicate.is_some()),
            ("corrupt_correlation", self.corrupt_correlation.is_some(), "corrupt", self.corrupt.is_some()),
            ("reorder_correlation", self.reorder_correlation.is_some(), "reorder", self.reorder.is_some()),
        ];
        match needs.into_iter().find(|(_, given, _, other)| *given && !other) {
            Some((key, _, other, _)) => Err(Error::needs(key, other)),
            None => Ok(()),
        }
    }

    /// The request for the link of this index; none where nothing is asked for. `mtu` is the link's.
    pub fn request(&self, index: u32, mtu: Option<u32>) -> Option<Request> {
        let (kind, settings) = self.discipline(mtu)?;
        // What a shape asks for is checked before.
        let options = kind.qdisc.encode(&settings).ok().flatten().unwrap_or_default();
        let mut message = root(index, kind.name);
        message.attributes.push(TcAttribute::Other(DefaultNla::new(OPTIONS, options)));
        Some((RouteNetlinkMessage::NewQueueDiscipline(message), NLM_F_CREATE | NLM_F_REPLACE))
    }

    /// What the kernel keeps of it; none where nothing is asked for. `mtu` is the link's.
    pub fn kept(&self, mtu: Option<u32>) -> Option<Kept> {
        let (kind, settings) = self.discipline(mtu)?;
        let options = kind.qdisc.encode(&settings).ok().flatten().unwrap_or_default();
        Kept::read(kind.name, &options)
    }

    /// What carries it out, and with which options.
    fn discipline(&self, mtu: Option<u32>) -> Option<(&'static Kind, Settings)> {
        let frame = mtu.unwrap_or(MTU) + FRAME;
        let number = |key: &'static str, number: u64| (key.into(), Setting::Integer(number.cast_signed()));
        match self.rate {
            _ if self.is_empty() => None,
            Some(rate) if self.needs_netem().is_none() => {
                let limit = self.limit.map_or_else(
                    || amount(rate, PATIENCE).max(u64::from(LEAST) * u64::from(frame)),
                    |packets| u64::from(packets) * u64::from(frame),
                );
                let burst = bytes(amount(rate, BURST)).max(2 * frame);
                let limit = bytes(limit).saturating_add(burst);
                // The kernel wants one byte a second at least.
                let settings =
                    [number("rate", rate.max(8)), number("burst", burst.into()), number("limit", limit.into())];
                Some((&TBF, settings.into()))
            }
            rate => {
                let (delay, jitter) = (self.delay.unwrap_or_default(), self.jitter.unwrap_or_default());
                // What is on its way waits here too.
                let waiting = |rate| bytes(amount(rate, delay + jitter + PATIENCE) / u64::from(frame));
                let limit = self.limit.unwrap_or_else(|| rate.map_or(PACKETS, |rate| waiting(rate).max(LEAST)));
                let shares = [
                    ("delay_correlation", self.delay_correlation),
                    ("loss", self.loss),
                    ("loss_correlation", self.loss_correlation),
                    ("duplicate", self.duplicate),
                    ("duplicate_correlation", self.duplicate_correlation),
                    ("corrupt", self.corrupt),
                    ("corrupt_correlation", self.corrupt_correlation),
                    ("reorder", self.reorder.filter(|_| !delay.is_zero())),
                    ("reorder_correlation", self.reorder_correlation),
                ];
                let shares = shares.into_iter().filter_map(|(key, share)| Some((key.into(), Setting::Number(share?))));
                let mut settings: Settings = shares.collect();
                settings.push(number("limit", limit.into()));
                settings.push(("delay".into(), seconds(delay)));
                // Without a delay there is nothing that could vary.
                if !delay.is_zero() && !jitter.is_zero() {
                    settings.push(("jitter".into(), seconds(jitter)));
                    let named = |one: Distribution| ("distribution".into(), Setting::Text(one.name().to_owned()));
                    settings.extend(self.distribution.map(named));
                }
                settings.extend(rate.map(|rate| number("rate", rate.max(8))));
                Some((&NETEM, settings))
            }
        }
    }

    /// The first option that only `netem` carries out.
    fn needs_netem(&self) -> Option<&'static str> {
        let given = [
            ("delay", self.delay.is_some()),
            ("loss", self.loss.is_some()),
            ("duplicate", self.duplicate.is_some()),
            ("corrupt", self.corrupt.is_some()),
            ("reorder", self.reorder.is_some()),
            ("limit", self.limit.is_some() && self.rate.is_none()),
        ];
        given.into_iter().find_map(|(key, given)| given.then_some(key))
    }

    /// Words a refusal of the kernel's; it has a link of this index.
    pub fn refused(&self, error: Error, device: &Device) -> Error {
        let (kind, key) = self.needs_netem().map_or(("tbf", "rate"), |key| ("netem", key));
        error
            .explain(&[(Errno::ENOENT, &explain::QDISC_MISSING), (Errno::EPERM, &explain::NEEDS_CAPABILITY)])
            .with("kind", kind)
            .with("key", key)
            .with("config", format!("CONFIG_NET_SCH_{}", kind.to_uppercase()))
            .with("doing", "shaping a link")
            .with("capability", "CAP_NET_ADMIN")
            .object(device)
    }
}

/// About what the link of this index sends by.
fn root(index: u32, kind: &str) -> TcMessage {
    let mut message = TcMessage::with_index(index.cast_signed());
    message.header.parent = TcHandle::ROOT;
    message.attributes.push(TcAttribute::Kind(kind.to_owned()));
    message
}

/// How many bytes a rate of bits comes to in a time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn amount(rate: u64, time: Duration) -> u64 {
    (rate as f64 / 8.0 * time.as_secs_f64()) as u64
}

/// The most that the kernel takes.
fn bytes(amount: u64) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}

/// Makes a link send like this, in the place of how it sent; a shape that asks for nothing is [`clear`].
///
/// Errors: no such link (`ENODEV`); the kernel lacks netem (`EOPNOTSUPP`); jitter without a delay (`EINVAL`).
pub fn set(device: &Device, shape: &Shape) -> Result<()> {
    shape.check().map_err(|error| error.object(device))?;
    let link = link::get(device)?;
    let Some((message, flags)) = shape.request(link.index, Some(link.mtu)) else { return clear(device) };
    device.namespace.with_socket(|socket| {
        socket.execute(message, flags).map_err(|error| match error.as_errno() {
            Some(Errno::ENODEV) => refused(error, device, "shaping a link", socket),
            _ => shape.refused(error, device),
        })
    })
}

/// Takes the shape of a link away: what [`set`] made of it, and nothing else that it sends by.
///
/// Errors: no such link (`ENODEV`).
pub fn clear(device: &Device) -> Result<()> {
    device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        for kind in ["tbf", "netem"] {
            // Another kind's is refused (`EINVAL`), as is that which every link has (`EINVAL`, `ENOENT`).
            match socket.execute(RouteNetlinkMessage::DelQueueDiscipline(root(index, kind)), 0) {
                Ok(()) => return Ok(()),
                // It sends by something else.
                Err(error) if matches!(error.as_errno(), Some(Errno::EINVAL | Errno::ENOENT)) => {}
                Err(error) => return Err(refused(error, device, "shaping a link", socket)),
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_one_wins_key_by_key() {
        let link = Shape { loss: Some(0.1), delay: Some(Duration::from_millis(5)), ..Shape::default() };
        let end = Shape { loss: Some(0.2), rate: Some(8), ..Shape::default() };
        let both = Shape { loss: Some(0.2), rate: Some(8), delay: link.delay, ..Shape::default() };
        assert_eq!((end.or(&link), Shape::default().or(&link)), (both, link));
        assert!(Shape::default().is_empty() && !link.is_empty());
    }

    #[test]
    fn a_rate_alone_needs_no_netem() {
        let shape = |limit, loss| Shape { rate: Some(1_000_000), limit, loss, ..Shape::default() };
        assert_eq!(shape(None, None).needs_netem(), None);
        assert_eq!(shape(Some(5), None).needs_netem(), None);
        assert_eq!(shape(None, Some(0.0)).needs_netem(), Some("loss"));
        assert_eq!(Shape { limit: Some(5), ..Shape::default() }.needs_netem(), Some("limit"));
        assert!(Shape::default().request(1, None).is_none());
    }

    #[test]
    fn what_varies_has_to_be_there() {
        let shape = Shape { jitter: Some(Duration::ZERO), ..Shape::default() };
        assert_eq!(shape.check().expect_err("no delay").to_string(), "option \"jitter\" needs a delay (EINVAL)");
        assert!(Shape { delay: Some(Duration::ZERO), ..shape }.check().is_ok());
        let shape = Shape { loss_correlation: Some(0.5), ..Shape::default() };
        assert_eq!(
            shape.check().expect_err("no loss").to_string(),
            "option \"loss_correlation\" needs \"loss\" (EINVAL)"
        );
        assert!(Shape { loss: Some(0.1), ..shape }.check().is_ok());
    }
}
