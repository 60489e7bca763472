//! What asking all hosts came to, as figures and as the text that people know from Mininet.

use std::fmt;
use std::time::Duration;

/// What asking all hosts came to. No answer is a result too.
#[derive(Debug, Clone, PartialEq)]
pub struct PingAll {
    /// The names of the hosts.
    pub hosts: Vec<String>,
    /// How many pairs were asked, those not counted that are too far apart or kept apart.
    pub sent: usize,
    /// How many of them were answered.
    pub received: usize,
    /// The share that was not, from 0 to 1.
    pub loss: f64,
    /// The pairs that were not, in order: who asked, who was asked; places in `hosts`.
    pub failed: Vec<(usize, usize)>,
    /// How many pairs were not asked, because they are further apart than the hop limit.
    pub too_far: usize,
    /// How many pairs were not asked, because by plan the one gets no answer from the other.
    pub walled: usize,
    /// How long it took.
    pub elapsed: Duration,
    /// The pairs that were asked, in order, where there are few enough hosts for a matrix.
    pub(super) asked: Vec<(usize, usize)>,
}

/// So many hosts still make a matrix that can be read.
pub(super) const MATRIX: usize = 40;
/// So many losses are named where there are more hosts.
const NAMED: usize = 10;

impl PingAll {
    /// A pair as `h1 -> h2`.
    fn pair(&self, (from, to): (usize, usize)) -> String {
        format!("{} -> {}", self.hosts[from], self.hosts[to])
    }

    /// `h1 -> h2 X`: for each host that asked, who answered.
    fn matrix(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self.asked.chunk_by(|one, other| one.0 == other.0) {
            write!(f, "{} ->", self.hosts[row[0].0])?;
            for pair in row {
                let lost = self.failed.binary_search(pair).is_ok();
                write!(f, " {}", if lost { "X" } else { &self.hosts[pair.1] })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    /// `no answer: h1 -> h2, h2 -> h1 and 7 more`.
    fn losses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failed.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = self.failed.iter().take(NAMED).map(|&pair| self.pair(pair)).collect();
        write!(f, "no answer: {}", named.join(", "))?;
        match self.failed.len().saturating_sub(NAMED) {
            0 => writeln!(f),
            more => writeln!(f, " and {more} more"),
        }
    }
}

impl fmt::Display for PingAll {
    /// The matrix (of many hosts: the first losses), and `*** Results: 0% dropped (6/6 received)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hosts.len() <= MATRIX { self.matrix(f) } else { self.losses(f) }?;
        // Four digits: one loss in a million shows.
        let percent = (self.loss * 1e6).round() / 1e4;
        write!(f, "*** Results: {percent}% dropped ({}/{} received)", self.received, self.sent)?;
        if self.too_far > 0 {
            write!(f, ", {} too far apart", self.too_far)?;
        }
        if self.walled > 0 {
            write!(f, ", {} kept apart by nat or private", self.walled)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(hosts: usize, failed: Vec<(usize, usize)>, too_far: usize) -> PingAll {
        let asked: Vec<(usize, usize)> =
            (0..hosts).flat_map(|a| (0..hosts).filter(move |&b| b != a).map(move |b| (a, b))).collect();
        let sent = asked.len();
        let received = sent - failed.len();
        PingAll {
            hosts: (1..=hosts).map(|number| format!("h{number}")).collect(),
            sent,
            received,
            loss: failed.len() as f64 / sent.max(1) as f64,
            failed,
            too_far,
            walled: 0,
            elapsed: Duration::from_millis(33),
            asked: if hosts <= MATRIX { asked } else { Vec::new() },
        }
    }

    #[test]
    fn few_hosts_make_a_matrix() {
        assert_eq!(
            result(3, vec![], 0).to_string(),
            "h1 -> h2 h3\nh2 -> h1 h3\nh3 -> h1 h2\n*** Results: 0% dropped (6/6 received)"
        );
        assert_eq!(
            result(3, vec![(0, 2), (2, 0)], 0).to_string(),
            "h1 -> h2 X\nh2 -> h1 h3\nh3 -> X h2\n*** Results: 33.3333% dropped (4/6 received)"
        );
        assert_eq!(result(1, vec![], 2).to_string(), "*** Results: 0% dropped (0/0 received), 2 too far apart");
        let text = PingAll { walled: 3, ..result(1, vec![], 0) }.to_string();
        assert_eq!(text, "*** Results: 0% dropped (0/0 received), 3 kept apart by nat or private");
    }

    #[test]
    fn of_many_hosts_the_first_losses_are_named() {
        assert_eq!(result(50, vec![], 0).to_string(), "*** Results: 0% dropped (2450/2450 received)");
        assert_eq!(
            result(50, vec![(0, 1), (1, 0)], 0).to_string(),
            "no answer: h1 -> h2, h2 -> h1\n*** Results: 0.0816% dropped (2448/2450 received)"
        );
        let text = result(50, (1..50).map(|to| (0, to)).collect(), 0).to_string();
        assert!(text.starts_with("no answer: h1 -> h2, h1 -> h3, "), "{text}");
        assert!(text.contains("h1 -> h11 and 39 more\n*** Results: 2% dropped (2401/2450 received)"), "{text}");
    }
}
