//! How links send, as the kernel keeps it of `tbf` and `netem`: in numbers that can be compared.

use std::collections::HashMap;
use std::fmt;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::tc::{TcAttribute, TcHandle, TcMessage, TcOption};

use super::{netem, tbf};
use crate::error::Result;
use crate::netlink::Socket;

/// How a link sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// `"tbf"` or `"netem"`.
    pub(super) kind: &'static str,
    /// Bytes a second; 0 where there is none.
    pub(super) rate: u64,
    /// In nanoseconds.
    pub(super) delay: i64,
    /// In nanoseconds.
    pub(super) jitter: i64,
    /// What is lost, comes twice, is damaged, overtakes: as parts of all that 32 bits hold.
    pub(super) shares: [u32; 4],
    /// What may wait: bytes (`tbf`) or packets (`netem`).
    pub(super) limit: u32,
}

/// How the links of the socket's namespace send, by their index: those alone that do by one of the two.
pub fn list_in(socket: &mut Socket) -> Result<HashMap<u32, Kept>> {
    let answers = socket.dump(RouteNetlinkMessage::GetQueueDiscipline(TcMessage::default()))?;
    let roots = answers.iter().filter_map(|answer| match answer {
        RouteNetlinkMessage::NewQueueDiscipline(message) if message.header.parent == TcHandle::ROOT => Some(message),
        _ => None,
    });
    Ok(roots.filter_map(|message| Some((message.header.index.cast_unsigned(), read(message)?))).collect())
}

fn read(message: &TcMessage) -> Option<Kept> {
    let kind = message.attributes.iter().find_map(|attribute| match attribute {
        TcAttribute::Kind(kind) => Some(kind.as_str()),
        _ => None,
    })?;
    let options = message.attributes.iter().find_map(|attribute| match attribute {
        TcAttribute::Options(options) => Some(options),
        _ => None,
    })?;
    // The bytes as they are: the crate knows neither kind.
    let [TcOption::Other(options)] = &options[..] else { return None };
    let mut bytes = vec![0; netlink_packet_core::Nla::value_len(options)];
    netlink_packet_core::Nla::emit_value(options, &mut bytes);
    match kind {
        "tbf" => tbf::read(&bytes),
        "netem" => netem::read(&bytes),
        _ => None,
    }
}

impl fmt::Display for Kept {
    /// In the words of the options: `rate 10mbit delay 20ms loss 1%`; with `{:#}` the kind and what may wait too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.rate > 0 {
            parts.push(format!("rate {}", in_units(self.rate.saturating_mul(8), &RATES)));
        }
        for (word, time) in [("delay", self.delay), ("jitter", self.jitter)] {
            if time != 0 {
                parts.push(format!("{word} {}", in_units(time.unsigned_abs(), &TIMES)));
            }
        }
        for (word, share) in ["loss", "duplicate", "corrupt", "reorder"].into_iter().zip(self.shares) {
            if share > 0 {
                // Four digits: one in a million shows.
                let percent = (f64::from(share) / f64::from(u32::MAX) * 1e6).round() / 1e4;
                parts.push(format!("{word} {percent}%"));
            }
        }
        if f.alternate() {
            parts.insert(0, self.kind.to_owned());
        }
        if f.alternate() || parts.is_empty() {
            parts.push(format!("limit {}", self.limit));
        }
        f.write_str(&parts.join(" "))
    }
}

const RATES: [(u64, &str); 4] = [(1_000_000_000, "gbit"), (1_000_000, "mbit"), (1000, "kbit"), (1, "bit")];
const TIMES: [(u64, &str); 4] = [(1_000_000_000, "s"), (1_000_000, "ms"), (1000, "us"), (1, "ns")];

/// A number in the greatest unit in which it is whole.
fn in_units(number: u64, units: &[(u64, &str)]) -> String {
    let fits = units.iter().find(|(unit, _)| number.is_multiple_of(*unit));
    fits.map_or_else(|| number.to_string(), |(unit, name)| format!("{}{name}", number / unit))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::kernel::qdisc::Shape;

    #[test]
    fn it_reads_like_the_options() {
        let text = |shape: Shape| shape.kept(None).map(|kept| format!("{kept} | {kept:#}")).unwrap_or_default();
        let rate = Shape { rate: Some(10_000_000), ..Shape::default() };
        assert_eq!(text(rate), "rate 10mbit | tbf rate 10mbit limit 75000");
        let delay = Some(Duration::from_micros(1500));
        let netem = Shape { delay, jitter: delay, loss: Some(0.1), reorder: Some(0.25), ..rate };
        let expected = "rate 10mbit delay 1500us jitter 1500us loss 10% reorder 25%";
        assert_eq!(text(netem), format!("{expected} | netem {expected} limit 43"));
        let limit = Shape { limit: Some(5), ..Shape::default() };
        assert_eq!(text(limit), "limit 5 | netem limit 5");
        assert_eq!(text(Shape::default()), "");
    }
}
