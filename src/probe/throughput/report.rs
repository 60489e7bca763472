//! What a measurement of throughput came to, as figures and as the text that people read.

use std::fmt;

/// What a measurement came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Throughput {
    /// Who sent.
    pub from: String,
    /// Who received.
    pub to: String,
    /// Bits of data that arrived, a second.
    pub bits_per_second: f64,
    /// Bytes of data that arrived.
    pub bytes: u64,
    /// In how many seconds.
    pub seconds: f64,
    /// What the protocol has to say.
    pub detail: Detail,
}

/// What only one of the protocols knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Detail {
    /// TCP's.
    Tcp {
        /// How many segments were sent again.
        retransmits: u32,
    },
    /// UDP's.
    Udp {
        /// How many datagrams were sent.
        sent: u64,
        /// How many of them arrived.
        received: u64,
        /// The share that did not, from 0 to 1.
        loss: f64,
        /// How much the time on the way changes from one to the next, in seconds (RFC 3550).
        jitter: f64,
    },
}

impl Throughput {
    pub(super) fn new(from: String, to: String, bytes: u64, seconds: f64, detail: Detail) -> Self {
        let bits_per_second = if seconds > 0.0 { bytes as f64 * 8.0 / seconds } else { 0.0 };
        Self { from, to, bits_per_second, bytes, seconds, detail }
    }
}

impl fmt::Display for Throughput {
    /// `h1 -> h2: 18.2 Gbit/s TCP (1.0 s, 0 retransmits)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = rate(self.bits_per_second);
        if self.from.is_empty() && self.to.is_empty() {
            write!(f, "{rate} ")?;
        } else {
            write!(f, "{} -> {}: {rate} ", self.from, self.to)?;
        }
        match self.detail {
            Detail::Tcp { retransmits: 1 } => write!(f, "TCP ({:.1} s, 1 retransmit)", self.seconds),
            Detail::Tcp { retransmits } => write!(f, "TCP ({:.1} s, {retransmits} retransmits)", self.seconds),
            Detail::Udp { loss, jitter, .. } => {
                // Four digits: one loss in a million shows.
                let percent = (loss * 1e6).round() / 1e4;
                write!(f, "UDP ({:.1} s, {percent}% loss, jitter {:.3} ms)", self.seconds, jitter * 1e3)
            }
        }
    }
}

/// Three digits and a unit: `18.2 Gbit/s`, `950 kbit/s`.
fn rate(bits: f64) -> String {
    let units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
    let mut value = bits;
    let mut unit = 0;
    // What would be rounded to 1000 is 1 of the next.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = match value {
        _ if unit == 0 => 0,
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_three_digits() {
        let cases = [
            (0.0, "0 bit/s"),
            (999.0, "999 bit/s"),
            (999.9, "1.00 kbit/s"),
            (18_240_000_000.0, "18.2 Gbit/s"),
            (9_994_000.0, "9.99 Mbit/s"),
            (9_996_000.0, "10.0 Mbit/s"),
            (99_960.0, "100 kbit/s"),
            (950_400.0, "950 kbit/s"),
            (2e15, "2000 Tbit/s"),
        ];
        for (bits, text) in cases {
            assert_eq!(rate(bits), text);
        }
    }

    #[test]
    fn it_reads_as_a_line() {
        let of = |detail| Throughput::new("h1".into(), "h2".into(), 2_275_000_000, 1.0, detail).to_string();
        assert_eq!(of(Detail::Tcp { retransmits: 0 }), "h1 -> h2: 18.2 Gbit/s TCP (1.0 s, 0 retransmits)");
        assert_eq!(of(Detail::Tcp { retransmits: 1 }), "h1 -> h2: 18.2 Gbit/s TCP (1.0 s, 1 retransmit)");
        let udp = Detail::Udp { sent: 3, received: 2, loss: 1.0 / 3.0, jitter: 0.000_012_3 };
        assert_eq!(of(udp), "h1 -> h2: 18.2 Gbit/s UDP (1.0 s, 33.3333% loss, jitter 0.012 ms)");
        let nameless = Throughput::new(String::new(), String::new(), 0, 0.0, Detail::Tcp { retransmits: 0 });
        assert_eq!(nameless.to_string(), "0 bit/s TCP (0.0 s, 0 retransmits)");
    }
}
