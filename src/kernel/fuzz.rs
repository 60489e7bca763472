//! Damaged answers: whatever a kernel says, truncated or hostile, nothing that reads it panics.
//!
//! `tests/corpus` has real answers of the kernel, a file a message: its type in two bytes, then its bytes as they came. Each is
//! damaged again and again: bits, lengths, ends, pieces of others. `NSL_FUZZ=10000000 cargo test --release --lib kernel::fuzz`
//! tries that many; without it as many as take a moment. `NSL_CORPUS=DIR cargo test --lib kernel::fuzz` instead writes what
//! the namespace that it runs in has into DIR.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::family::Family;
use super::names::Names;
use super::namespace::Namespace;
use super::route::Reader;
use super::{
    addr, bridge_vni, fdb, fou, ila, ioam, l2tp, link, macsec, maddr, mdb, mptcp, mroute, namespace, neigh, netconf,
    nexthop, prefix, rule, sr, tc, tcp_metrics, xfrm,
};
use crate::netlink::attr::Attributes;
use crate::netlink::{Message, Socket};

/// How many are tried where nobody says.
const USUAL: u64 = 30_000;
/// Messages of one type that the corpus keeps.
const MOST: usize = 20;

/// The types of IPsec's messages, which are a protocol of their own, are numbered from here on in the corpus.
const XFRM: u16 = 1000;

/// So are the answers of generic netlink, each of which every reader of those is tried with.
const GENERIC: u16 = 2000;

/// The families of generic netlink, each with what it is asked for.
const FAMILIES: &[(&Family, u8)] = &[
    (&fou::FAMILY, fou::GET),
    (&mptcp::FAMILY, mptcp::GET),
    (&tcp_metrics::FAMILY, tcp_metrics::GET),
    (&ioam::FAMILY, ioam::NAMESPACES),
    (&ioam::FAMILY, ioam::SCHEMAS),
    (&sr::FAMILY, sr::HMACS),
    (&ila::FAMILY, ila::GET),
    (&macsec::FAMILY, macsec::GET),
    (&l2tp::FAMILY, l2tp::TUNNELS),
    (&l2tp::FAMILY, l2tp::SESSIONS),
];

/// What is asked for to fill the corpus: a type (`RTM_GET…`), and the fixed header.
const QUESTIONS: &[(u16, usize, &[u8])] = &[
    (18, 16, &[0]),
    (18, 16, &[7]),
    (22, 8, &[0]),
    (26, 12, &[2]),
    (26, 12, &[10]),
    (26, 12, &[28]),
    (30, 12, &[0]),
    (30, 12, &[7]),
    (34, 12, &[2]),
    (34, 12, &[10]),
    (38, 20, &[0]),
    (82, 4, &[2]),
    (86, 8, &[7]),
    (106, 8, &[0]),
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// A small generator of numbers (xorshift64*): the same seed, the same damage.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % end.max(1)
    }
}

/// Damages bytes in some of the ways that matter to a reader of lengths and numbers.
fn damage(bytes: &mut Vec<u8>, others: &[(u16, Vec<u8>)], random: &mut Random) {
    const ODD: [u16; 10] = [0, 1, 3, 4, 5, 7, 8, 0x7fff, 0x8000, 0xffff];
    for _ in 0..=random.below(4) {
        let place = random.below(bytes.len());
        match random.below(7) {
            0 => bytes.truncate(place),
            1 if !bytes.is_empty() => bytes[place] ^= 1 << random.below(8),
            2 if !bytes.is_empty() => bytes[place] = u8::try_from(random.next() & 0xff).unwrap_or_default(),
            // What may be the length or the type of an attribute.
            3 if place + 1 < bytes.len() => {
                let place = place & !1;
                let odd = ODD[random.below(ODD.len())];
                bytes[place..place + 2].copy_from_slice(&odd.to_ne_bytes());
            }
            4 => {
                let (_, other) = &others[random.below(others.len())];
                let from = random.below(other.len());
                bytes.splice(place..place, other[from..].iter().take(64).copied().collect::<Vec<_>>());
            }
            5 if place + 4 <= bytes.len() => drop(bytes.drain(place..place + 4)),
            _ => bytes.extend((0..random.below(16)).map(|_| u8::MAX)),
        }
        bytes.truncate(4096);
    }
}

/// Everything that reads messages of the kernel reads this one.
fn read(kind: u16, bytes: &[u8], tools: &(Names, Names, Reader)) {
    let name = |index: u32| (index & 1 == 0).then(|| format!("eth{index}"));
    let (groups, scopes, reader) = tools;
    match kind {
        16 | 17 => drop(link::heard(kind, bytes, groups, &name)),
        20 | 21 => drop(addr::read_bytes(bytes, scopes)),
        24 | 25 => {
            drop(reader.read(bytes));
            drop(mroute::record(bytes, "inet", &name));
        }
        28 | 29 => {
            drop(neigh::record(bytes, &name));
            drop(fdb::record(bytes, &name));
        }
        32 | 33 => drop((rule::record(&rule::ROUTES, bytes), rule::record(&rule::MULTICAST, bytes))),
        36 | 37 => drop(tc::qdisc::read(bytes, &name)),
        40 | 41 => drop(tc::class::read(bytes, &name)),
        44 | 45 => drop(tc::filter::read(bytes, &name)),
        100 | 101 => drop(tc::filter::chain::read(bytes, 0xffff_fff2, &name)),
        48..=50 => {
            tc::action::shared::parts(bytes).iter().for_each(|part| drop(tc::action::shared::record(part, &name)));
        }
        52 => drop(prefix::record(bytes, &name)),
        56..=58 => drop(maddr::record(bytes, &name)),
        80 | 81 => drop(netconf::record(bytes, &name)),
        88..=90 => drop(namespace::id::record(bytes)),
        120..=122 => bridge_vni::parts(bytes).iter().for_each(|part| drop(bridge_vni::read(part, &name))),
        84..=86 => members(bytes.get(8..).unwrap_or_default(), 3),
        104 | 105 => drop(nexthop::record(bytes, &name)),
        GENERIC.. => {
            let tables = [
                fou::WORDS,
                mptcp::TOLD,
                tcp_metrics::WORDS,
                ioam::NAMESPACE,
                ioam::SCHEMA,
                sr::HMAC,
                ila::WORDS,
                macsec::TOLD,
                l2tp::TUNNEL_WORDS,
                l2tp::SESSION_WORDS,
            ];
            tables.iter().for_each(|words| drop(super::words::decode(words, &[], bytes, &name)));
        }
        XFRM.. => {
            drop(xfrm::state::record(bytes, &name));
            drop(xfrm::policy::record(bytes, &name));
        }
        _ => {}
    }
}

/// Members stand in attributes of attributes.
fn members(bytes: &[u8], depth: usize) {
    let name = |index: u32| (index & 1 == 0).then(|| format!("eth{index}"));
    drop(mdb::member(bytes, &name));
    drop(mdb::router(bytes, &name));
    if depth > 0 {
        Attributes::new(bytes).for_each(|(_, inner)| members(inner, depth - 1));
    }
}

fn corpus() -> Vec<(u16, Vec<u8>)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory()).expect("tests/corpus").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let split = |bytes: Vec<u8>| (u16::from_le_bytes([bytes[0], bytes[1]]), bytes[2..].to_vec());
    files.iter().map(|path| split(fs::read(path).expect("a message"))).collect()
}

fn ask(socket: &mut Socket, kind: u16, header: &[u8], first: u16) -> Vec<(u16, Vec<u8>)> {
    let answers = socket.dump_with(&Message::new(kind, header), |kind, bytes| Some((kind + first, bytes.to_vec())));
    answers.unwrap_or_default()
}

/// Writes what the kernel says here, some messages of each type, into a directory.
fn record(directory: &Path) {
    let mut socket = Socket::open().expect("a socket");
    let mut questions: Vec<(u16, Vec<u8>)> = QUESTIONS
        .iter()
        .map(|(kind, length, start)| (*kind, [*start, &vec![0; length - start.len()][..]].concat()))
        .collect();
    // Classes and filters are asked for link by link.
    for index in 1u32..64 {
        for (kind, parent) in [(42, 0u32), (46, 0), (46, 0x1_0000), (46, 0xffff_fff2), (46, 0xffff_fff3)] {
            let mut header = vec![0; 20];
            header[4..8].copy_from_slice(&index.to_ne_bytes());
            header[12..16].copy_from_slice(&parent.to_ne_bytes());
            questions.push((kind, header));
        }
    }
    let mut answers = Vec::new();
    for (kind, header) in questions {
        // A kernel may lack what is asked for.
        answers.extend(ask(&mut socket, kind, &header, 0));
    }
    if let Ok(mut socket) = Socket::open_protocol(netlink_sys::protocols::NETLINK_XFRM) {
        [18, 21].iter().for_each(|kind| answers.extend(ask(&mut socket, *kind, &[], XFRM)));
    }
    for (number, (family, command)) in (GENERIC..).zip(FAMILIES) {
        let listed = family.open(&Namespace::home()).and_then(|mut family| family.dump(*command, &[]));
        answers.extend(listed.unwrap_or_default().into_iter().map(|bytes| (number, bytes)));
    }
    for (kind, bytes) in answers {
        let taken = |number: usize| directory.join(format!("{kind}-{number:02}"));
        let known: BTreeSet<Vec<u8>> = (0..MOST).filter_map(|number| fs::read(taken(number)).ok()).collect();
        let number = (0..MOST).find(|number| !taken(*number).exists());
        let whole = [kind.to_le_bytes().to_vec(), bytes].concat();
        if let Some(number) = number.filter(|_| !known.contains(&whole)) {
            fs::write(taken(number), whole).expect("a file");
        }
    }
}

#[test]
fn no_answer_however_damaged_makes_reading_panic() {
    if let Some(directory) = std::env::var_os("NSL_CORPUS") {
        return record(Path::new(&directory));
    }
    let count = std::env::var("NSL_FUZZ").ok().map_or(USUAL, |count| count.parse().expect("a number"));
    let corpus = corpus();
    let kinds: BTreeSet<u16> = corpus.iter().map(|(kind, _)| *kind).collect();
    for kind in [
        16,
        20,
        24,
        28,
        32,
        36,
        40,
        44,
        80,
        86,
        104,
        XFRM + 16,
        XFRM + 19,
        GENERIC,
        GENERIC + 1,
        GENERIC + 2,
        GENERIC + 3,
        GENERIC + 4,
        GENERIC + 6,
        GENERIC + 7,
    ] {
        assert!(kinds.contains(&kind), "the corpus has no message of type {kind}");
    }
    let links = vec![(1, "lo".to_owned()), (2, "eth2".to_owned())];
    let tools = (Names::groups(), Names::scopes(), Reader::of(links));
    let mut random =
        Random(std::env::var("NSL_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(88_172_645));
    for tried in 0..count {
        let (kind, bytes) = &corpus[random.below(corpus.len())];
        let mut bytes = bytes.clone();
        damage(&mut bytes, &corpus, &mut random);
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(*kind, &bytes, &tools)));
        assert!(read.is_ok(), "input {tried}, of type {kind}: {bytes:02x?}");
    }
}
