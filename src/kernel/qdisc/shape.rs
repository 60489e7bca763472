//! The usual impairments of a link, for what it sends: a rate alone by `tbf`, everything else by `netem`.

use std::time::Duration;

use nix::errno::Errno;

use super::kept::Kept;
use super::netem::Netem;
use super::tbf::Tbf;
use super::{delete_root, replace_root};
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::link::request::Request;
use crate::kernel::link::{self, refused};

/// How a link sends. What is not given is as it would be without.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shape {
    /// Bits a second, with the headers of frames.
    pub rate: Option<u64>,
    /// By how much packets are late.
    pub delay: Option<Duration>,
    /// By how much the delay varies in either direction.
    pub jitter: Option<Duration>,
    /// The share that is lost, from 0 to 1.
    pub loss: Option<f64>,
    /// The share that comes twice.
    pub duplicate: Option<f64>,
    /// The share in which a bit is wrong.
    pub corrupt: Option<f64>,
    /// The share that overtakes what is delayed.
    pub reorder: Option<f64>,
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

/// What carries a shape out.
enum Discipline {
    Tbf(Tbf),
    Netem(Netem),
}

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
            loss: self.loss.or(other.loss),
            duplicate: self.duplicate.or(other.duplicate),
            corrupt: self.corrupt.or(other.corrupt),
            reorder: self.reorder.or(other.reorder),
            limit: self.limit.or(other.limit),
        }
    }

    /// `EINVAL` for what makes no sense without a delay.
    pub fn check(&self) -> Result<()> {
        let given = [("jitter", self.jitter.is_some()), ("reorder", self.reorder.is_some())];
        match given.into_iter().find(|(_, given)| *given && self.delay.is_none()) {
            Some((key, _)) => Err(Error::new(&explain::SHAPE_NEEDS_DELAY).with("key", key)),
            None => Ok(()),
        }
    }

    /// The request for the link of this index; none where nothing is asked for. `mtu` is the link's.
    pub fn request(&self, index: u32, mtu: Option<u32>) -> Option<Request> {
        Some(match self.discipline(mtu)? {
            Discipline::Tbf(tbf) => replace_root(index, "tbf", tbf.options()),
            Discipline::Netem(netem) => replace_root(index, "netem", netem.options()),
        })
    }

    /// What the kernel keeps of it; none where nothing is asked for. `mtu` is the link's.
    pub fn kept(&self, mtu: Option<u32>) -> Option<Kept> {
        Some(match self.discipline(mtu)? {
            Discipline::Tbf(tbf) => tbf.kept(),
            Discipline::Netem(netem) => netem.kept(),
        })
    }

    fn discipline(&self, mtu: Option<u32>) -> Option<Discipline> {
        let frame = mtu.unwrap_or(MTU) + FRAME;
        match self.rate {
            _ if self.is_empty() => None,
            Some(rate) if self.needs_netem().is_none() => {
                let limit = self.limit.map_or_else(
                    || amount(rate, PATIENCE).max(u64::from(LEAST) * u64::from(frame)),
                    |packets| u64::from(packets) * u64::from(frame),
                );
                let burst = bytes(amount(rate, BURST)).max(2 * frame);
                Some(Discipline::Tbf(Tbf { rate, burst, limit: bytes(limit).saturating_add(burst) }))
            }
            rate => {
                let (delay, jitter) = (self.delay.unwrap_or_default(), self.jitter.unwrap_or_default());
                // What is on its way waits here too.
                let waiting = |rate| bytes(amount(rate, delay + jitter + PATIENCE) / u64::from(frame));
                Some(Discipline::Netem(Netem {
                    delay,
                    jitter,
                    loss: self.loss.unwrap_or_default(),
                    duplicate: self.duplicate.unwrap_or_default(),
                    corrupt: self.corrupt.unwrap_or_default(),
                    reorder: self.reorder.unwrap_or_default(),
                    rate,
                    limit: self.limit.unwrap_or_else(|| rate.map_or(PACKETS, |rate| waiting(rate).max(LEAST))),
                }))
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
            match socket.execute(delete_root(index, kind), 0) {
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
    }
}
