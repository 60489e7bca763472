//! How links send, as the kernel keeps it of `tbf` and `netem`: in options that can be compared.

use std::collections::HashMap;
use std::fmt;

use crate::error::Result;
use crate::kernel::tc::kind::netem::NETEM;
use crate::kernel::tc::kind::tbf::TBF;
use crate::kernel::tc::place::OPTIONS;
use crate::kernel::tc::{handle, qdisc};
use crate::kernel::words::{Setting, Settings, without};
use crate::netlink::{Socket, attr};

/// How a link sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// `"tbf"` or `"netem"`.
    kind: &'static str,
    /// What the kernel says of it, in the words of the options.
    settings: Settings,
}

/// How the links of the socket's namespace send, by their index: those alone that do by one of the two.
pub fn list_in(socket: &mut Socket) -> Result<HashMap<u32, Kept>> {
    let roots = qdisc::dump(socket, |place, kind, attributes| {
        let kept = Kept::read(kind, attr::find(attributes, OPTIONS)?);
        (place.parent == handle::ROOT).then_some((place.index, kept?))
    })?;
    Ok(roots.into_iter().collect())
}

impl Kept {
    /// What these options of a kind say; none for a kind that no shape has, or if they are too short.
    pub(super) fn read(kind: &str, options: &[u8]) -> Option<Self> {
        let kind = [&TBF, &NETEM].into_iter().find(|known| known.name == kind)?;
        // What follows from others, and what is no part of a shape.
        let settings = without(&kind.qdisc.read(options), &["burst", "gap", "seed"]);
        (!settings.is_empty()).then_some(Self { kind: kind.name, settings })
    }
}

impl fmt::Display for Kept {
    /// In the words of the options: `rate 10mbit delay 20ms loss 1%`; with `{:#}` the kind and what may wait too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut limit = String::new();
        for (word, value) in &self.settings {
            match (word.as_ref(), value) {
                ("limit", value) => limit = format!("limit {value}"),
                ("rate", Setting::Integer(rate)) => {
                    parts.insert(0, format!("rate {}", in_units(rate.cast_unsigned(), &RATES)));
                }
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                ("delay" | "jitter", Setting::Number(time)) => {
                    parts.push(format!("{word} {}", in_units((time * 1e9).round() as u64, &TIMES)));
                }
                // Four digits: one in a million shows.
                (_, Setting::Number(share)) => parts.push(format!("{word} {}%", (share * 1e6).round() / 1e4)),
                (_, value) => parts.push(format!("{word} {value}")),
            }
        }
        if f.alternate() {
            parts.insert(0, self.kind.to_owned());
        }
        if f.alternate() || parts.is_empty() {
            parts.push(limit);
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

    use crate::kernel::tc::Shape;

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
