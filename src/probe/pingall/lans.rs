//! Who is on one link with whom, so that a neighbour entry about it means something; and the first round, in which every
//! host is asked by a neighbour with no entry prepared.
//!
//! Pure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Station;
use super::entries::Wanted;
use super::pairs::Pair;

/// The stations of each subnet on each segment.
#[derive(Debug)]
pub(super) struct Lans {
    /// Which one a station is in.
    of: Vec<usize>,
    members: Vec<Vec<u32>>,
    /// The first so many stations are hosts.
    hosts: u32,
}

impl Lans {
    /// Of these stations, the first `hosts` of which are hosts.
    pub(super) fn new(stations: &[Station], hosts: usize) -> Self {
        let mut lans = Self { of: Vec::new(), members: Vec::new(), hosts: hosts as u32 };
        let mut known = BTreeMap::new();
        for (place, station) in stations.iter().enumerate() {
            let lan = *known.entry((station.segment, station.address.trunc())).or_insert(lans.members.len());
            if lan == lans.members.len() {
                lans.members.push(Vec::new());
            }
            lans.members[lan].push(place as u32);
            lans.of.push(lan);
        }
        lans
    }

    /// Whether the two of a pair are neighbours.
    pub(super) fn on_link(&self, (from, to): Pair) -> bool {
        from != to && self.of[from as usize] == self.of[to as usize]
    }

    /// The entries that asking these pairs takes, for the request and for the answer.
    pub(super) fn entries(&self, pairs: &[Pair]) -> Wanted {
        let mut wanted = Wanted::new();
        for &(from, to) in pairs.iter().filter(|&&pair| self.on_link(pair)) {
            wanted.entry(from).or_default().push(to);
            wanted.entry(to).or_default().push(from);
        }
        for peers in wanted.values_mut() {
            peers.sort_unstable();
            peers.dedup();
        }
        wanted
    }

    /// The entries that passing on takes: of the stations that are no hosts about all on their links, and back.
    pub(super) fn ways(&self) -> Wanted {
        let mut wanted = Wanted::new();
        for members in &self.members {
            for &way in members.iter().filter(|&&member| member >= self.hosts) {
                for &peer in members.iter().filter(|&&peer| peer != way) {
                    wanted.entry(way).or_default().push(peer);
                    if peer < self.hosts {
                        wanted.entry(peer).or_default().push(way);
                    }
                }
            }
        }
        wanted
    }

    /// The other hosts on a host's link, from the one behind it.
    fn neighbours(&self, host: u32) -> impl Iterator<Item = u32> {
        let members = &self.members[self.of[host as usize]];
        let place = members.binary_search(&host).unwrap_or_default();
        let order = (place + 1..place + members.len()).map(|next| members[next % members.len()]);
        order.filter(|&neighbour| neighbour < self.hosts)
    }
}

/// So many are asked at once with no entry prepared: two entries each, well below the limit for the whole machine.
const WINDOW: usize = 128;

/// Who is asked in the plain way, and who does not answer to that.
#[derive(Debug)]
pub(super) struct Plain {
    asks: VecDeque<Pair>,
    /// Who is known to be on its link: it answered or got an answer.
    alive: BTreeSet<u32>,
    unanswered: Vec<Pair>,
    again: bool,
}

impl Plain {
    /// Each of `targets` that has a neighbour is asked by one.
    pub(super) fn new(lans: &Lans, targets: impl Iterator<Item = u32>) -> Self {
        let asks = targets.filter_map(|target| Some((lans.neighbours(target).next()?, target))).collect();
        Self { asks, alive: BTreeSet::new(), unanswered: Vec::new(), again: false }
    }

    /// The next to ask, in the order of who asks. Those that did not answer are asked once more, by another neighbour,
    /// best by one that is known to be there.
    pub(super) fn next(&mut self, lans: &Lans) -> Option<Vec<Pair>> {
        if self.asks.is_empty() && !self.again {
            self.again = true;
            let other = |(from, to): Pair| {
                let others = || lans.neighbours(to).filter(move |&other| other != from);
                let best = others().find(|other| self.alive.contains(other)).or(others().next());
                (best.unwrap_or(from), to)
            };
            self.asks = self.unanswered.iter().map(|&ask| other(ask)).collect();
            self.unanswered.clear();
        }
        let mut round = BTreeSet::new();
        for _ in 0..self.asks.len().min(WINDOW) {
            let Some((from, to)) = self.asks.pop_front() else { break };
            // Who asks back is known by its own request, and need not answer to address resolution: that is for later.
            if round.contains(&(to, from)) {
                self.asks.push_back((from, to));
            } else {
                round.insert((from, to));
            }
        }
        (!round.is_empty()).then(|| round.into_iter().collect())
    }

    /// Takes in what a round came to.
    pub(super) fn outcome(&mut self, asks: &[Pair], answered: &[bool]) {
        for (&(from, to), &answered) in asks.iter().zip(answered) {
            if answered {
                self.alive.extend([from, to]);
            } else {
                self.unanswered.push((from, to));
            }
        }
    }

    /// Those that answered no neighbour though one was there to ask.
    pub(super) fn deaf(&self) -> BTreeSet<u32> {
        self.unanswered.iter().filter(|(from, _)| self.alive.contains(from)).map(|&(_, to)| to).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::namespace::Namespace;

    fn station(address: &str, segment: usize) -> Station {
        Station {
            namespace: Namespace::home(),
            address: address.parse().expect("an address"),
            index: 2,
            mac: [2, 0, 0, 0, 0, 1],
            segment,
        }
    }

    /// Three hosts and a router on one LAN, a fourth host behind the router, and the same subnet elsewhere.
    fn lans() -> Lans {
        let addresses = [
            ("10.0.0.1/24", 0),
            ("10.0.0.2/24", 0),
            ("10.0.0.3/24", 0),
            ("10.0.1.1/31", 1),
            ("10.0.0.2/24", 2),
            ("10.0.0.254/24", 0),
            ("10.0.1.0/31", 1),
        ];
        let stations: Vec<Station> = addresses.map(|(address, segment)| station(address, segment)).into();
        Lans::new(&stations, 5)
    }

    #[test]
    fn neighbours_share_a_subnet_and_a_segment() {
        let lans = lans();
        assert!(lans.on_link((0, 1)) && lans.on_link((3, 6)));
        assert!(!lans.on_link((0, 3)) && !lans.on_link((0, 4)) && !lans.on_link((2, 2)));
        let wanted = lans.entries(&[(0, 1), (1, 0), (2, 0), (0, 3)]);
        assert_eq!(wanted, Wanted::from([(0, vec![1, 2]), (1, vec![0]), (2, vec![0])]));
        let ways = lans.ways();
        assert_eq!(ways[&5], [0, 1, 2]);
        assert_eq!((&ways[&0], &ways[&3], &ways[&6]), (&vec![5], &vec![6], &vec![3]));
        assert_eq!(ways.get(&4), None);
    }

    /// Runs the rounds in a network where these do not answer, nor hear answers.
    fn deaf(lans: &Lans, dead: &[u32]) -> Vec<u32> {
        let mut plain = Plain::new(lans, 0..lans.hosts);
        while let Some(asks) = plain.next(lans) {
            let answered: Vec<bool> =
                asks.iter().map(|(from, to)| !dead.contains(from) && !dead.contains(to)).collect();
            plain.outcome(&asks, &answered);
        }
        plain.deaf().into_iter().collect()
    }

    #[test]
    fn only_who_answers_no_living_neighbour_is_deaf() {
        let stations: Vec<Station> = (1..=9).map(|host| station(&format!("10.0.0.{host}/24"), 0)).collect();
        let lans = Lans::new(&stations, 9);
        assert!(deaf(&lans, &[]).is_empty());
        for dead in 0..9 {
            assert_eq!(deaf(&lans, &[dead]), [dead]);
        }
        assert_eq!(deaf(&lans, &[1, 2, 3, 8]), [1, 2, 3, 8]);
        // Nobody is left who could tell.
        assert!(deaf(&lans, &[0, 1, 2, 3, 4, 5, 6, 7]).is_empty());
    }

    #[test]
    fn who_has_no_neighbour_is_not_asked() {
        let mut plain = Plain::new(&lans(), 0..5);
        let asks = plain.next(&lans()).expect("a round");
        assert_eq!(asks, [(0, 2), (1, 0), (2, 1)]);
    }

    #[test]
    fn two_that_ask_each_other_do_it_one_after_the_other() {
        let stations = [station("10.0.0.1/24", 0), station("10.0.0.2/24", 0)];
        let lans = Lans::new(&stations, 2);
        let mut plain = Plain::new(&lans, 0..2);
        assert_eq!((plain.next(&lans), plain.next(&lans)), (Some(vec![(1, 0)]), Some(vec![(0, 1)])));
        assert_eq!(plain.next(&lans), None);
    }
}
