//! `cake`: shapes, keeps flows and hosts apart and their queues short, by itself (tc-cake(8)).

use super::{Kind, Layout, Options};
use crate::error::Result;
use crate::kernel::tc::form::{MICROSECONDS, microseconds};
use crate::kernel::tc::given::{Given, Seen};
use crate::kernel::units;
use crate::kernel::words::Form::{self, I32, Own, Size32, Switch32, U32, Words32};
use crate::kernel::words::{self, NOWHERE, Setting, Settings, Word, option};
use crate::netlink::attr;

const WORDS: &[Word] = &[
    option("bandwidth", BANDWIDTH, RATE_OR_UNLIMITED),
    option("autorate_ingress", 9, Switch32),
    option("diffserv", 3, Words32(&["diffserv3", "diffserv4", "diffserv8", "besteffort", "precedence"])),
    option(
        "flowmode",
        5,
        Words32(&[
            "flowblind",
            "srchost",
            "dsthost",
            "hosts",
            "flows",
            "dual-srchost",
            "dual-dsthost",
            "triple-isolate",
        ]),
    ),
    option("nat", 11, Switch32),
    option("wash", 13, Switch32),
    option("ingress", 15, Switch32),
    option("ack_filter", 16, Words32(&["disabled", "enabled", "aggressive"])),
    option("split_gso", 17, Switch32),
    option("rtt", RTT, TIME_OR_PLACE),
    option("target", TARGET, MICROSECONDS),
    option("atm", ATM, Words32(&["noatm", "atm", "ptm"])),
    option("overhead", OVERHEAD, I32),
    option("framing", NOWHERE, Form::Text),
    option("mpu", MPU, U32),
    option("raw", NOWHERE, Switch32),
    option("memlimit", 10, Size32),
    option("fwmark", 18, U32),
];

pub(super) static CAKE: Kind = Kind::new("cake", Options { words: WORDS, layout: Layout::Own { encode, decode } });

const BANDWIDTH: u16 = 2;
const ATM: u16 = 4;
const OVERHEAD: u16 = 6;
const RTT: u16 = 7;
const TARGET: u16 = 8;
const RAW: u16 = 12;
const MPU: u16 = 14;

/// Bytes a second in 64 bits; 0 is no limit.
const RATE_OR_UNLIMITED: Form = Own(&words::Own {
    expected: "a rate (bits a second, or text such as \"10mbit\") or \"unlimited\"",
    encode: |value| {
        let rate = match value {
            Setting::Text(text) if text == "unlimited" => 0,
            Setting::Text(text) => units::rate(text)? / 8,
            Setting::Integer(rate) => u64::try_from(*rate).ok()? / 8,
            _ => return None,
        };
        Some(rate.to_ne_bytes().to_vec())
    },
    decode: |bytes| match attr::number(bytes.get(..8)?)? {
        0 => Some(Setting::Text("unlimited".to_owned())),
        rate => Some(Setting::Integer(rate.saturating_mul(8).cast_signed())),
    },
    width: Some(8),
});

/// A round trip in microseconds, or where its end is.
const TIME_OR_PLACE: Form = Own(&words::Own {
    expected: "a time in seconds or one of datacentre, lan, metro, regional, internet, oceanic, satellite, interplanetary",
    encode: |value| {
        let place = match value {
            Setting::Text(text) => PLACES.iter().find(|(name, _)| name == text),
            _ => None,
        };
        match place {
            Some((_, time)) => Some(time.to_ne_bytes().to_vec()),
            None => microseconds(value).map(|time| time.to_ne_bytes().to_vec()),
        }
    },
    decode: |bytes| Some(Setting::Number(f64::from(attr::u32_of(bytes)?) / 1e6)),
    width: Some(4),
});

/// How long a round trip takes, in microseconds.
const PLACES: &[(&str, u32)] = &[
    ("datacentre", 100),
    ("lan", 1000),
    ("metro", 10_000),
    ("regional", 30_000),
    ("internet", 100_000),
    ("oceanic", 300_000),
    ("satellite", 1_000_000),
    ("interplanetary", 1_000_000_000),
];

/// What lies below IP on some links: cells of ATM (1) or PTM (2), bytes for each packet, the least of a packet.
const FRAMINGS: &[(&str, Option<u32>, i32, u32)] = &[
    ("conservative", Some(1), 48, 0),
    ("ipoa-vcmux", Some(1), 8, 0),
    ("ipoa-llcsnap", Some(1), 16, 0),
    ("bridged-vcmux", Some(1), 24, 0),
    ("bridged-llcsnap", Some(1), 32, 0),
    ("pppoa-vcmux", Some(1), 10, 0),
    ("pppoa-llc", Some(1), 14, 0),
    ("pppoe-vcmux", Some(1), 32, 0),
    ("pppoe-llcsnap", Some(1), 40, 0),
    ("pppoe-ptm", Some(2), 30, 0),
    ("bridged-ptm", Some(2), 22, 0),
    ("docsis", Some(0), 18, 64),
    ("ethernet", None, 38, 84),
    ("ether-vlan", None, 4, 0),
];

fn encode(given: &Given<'_>) -> Result<Vec<u8>> {
    let mut bytes = given.attributes(&["framing", "raw"])?;
    if let Some(rtt) = given.number("rtt")?.filter(|_| !given.has("target")) {
        // As long as queues may be for it.
        attr::put_u32(&mut bytes, TARGET, u32::try_from(rtt / 20).unwrap_or(u32::MAX).max(1));
    }
    if let Some(framing) = given.setting("framing") {
        let framing = match framing {
            Setting::Text(name) => FRAMINGS.iter().find(|(known, ..)| known == name),
            _ => None,
        };
        let names = || FRAMINGS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
        let (_, atm, overhead, mpu) = framing.ok_or_else(|| given.wrong("framing", format!("one of {}", names())))?;
        if !given.has("overhead") {
            attr::put(&mut bytes, OVERHEAD, &overhead.to_ne_bytes());
        }
        if let Some(atm) = atm.filter(|_| !given.has("atm")) {
            attr::put_u32(&mut bytes, ATM, atm);
        }
        if *mpu > 0 && !given.has("mpu") {
            attr::put_u32(&mut bytes, MPU, *mpu);
        }
    }
    if given.is_on("raw")? {
        if !given.has("overhead") {
            attr::put_u32(&mut bytes, OVERHEAD, 0);
        }
        if !given.has("atm") {
            attr::put_u32(&mut bytes, ATM, 0);
        }
        attr::put_u32(&mut bytes, RAW, 0);
    }
    Ok(bytes)
}

fn decode(bytes: &[u8], seen: &mut Seen) -> Option<()> {
    let mut settings: Settings = words::decode(WORDS, &[], bytes, &|_| None);
    settings.retain(|(key, value)| match key.as_ref() {
        "mpu" | "fwmark" | "memlimit" => *value != Setting::Integer(0),
        _ => true,
    });
    let number = |kind| attr::find(bytes, kind).and_then(attr::u32_of).unwrap_or(0);
    let (atm, overhead, mpu) = (number(ATM), number(OVERHEAD).cast_signed(), number(MPU));
    let is_such = |framing: &&(&str, Option<u32>, i32, u32)| {
        (framing.1.unwrap_or(0), framing.2, framing.3) == (atm, overhead, mpu)
    };
    // Two are the same to the kernel.
    let mut such = FRAMINGS.iter().filter(is_such);
    if let (Some((name, ..)), None) = (such.next(), such.next()) {
        settings.push(("framing".into(), Setting::Text((*name).to_owned())));
    }
    if attr::find(bytes, RAW).is_some() {
        settings.push(("raw".into(), Setting::Switch(true)));
    }
    seen.all(settings);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::words::find;

    fn read(list: &[(&'static str, Setting)]) -> Settings {
        let settings = list.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
        CAKE.qdisc.read(&CAKE.qdisc.encode(&settings).expect("options").expect("some"))
    }

    #[test]
    fn a_place_is_a_round_trip_and_what_may_wait_for_it() {
        let text = |text: &str| Setting::Text(text.to_owned());
        let found = read(&[("rtt", text("lan")), ("bandwidth", text("unlimited")), ("framing", text("docsis"))]);
        assert_eq!(find(&found, "rtt"), Some(&Setting::Number(0.001)));
        assert_eq!(find(&found, "target"), Some(&Setting::Number(0.000_05)));
        assert_eq!(find(&found, "bandwidth"), Some(&text("unlimited")));
        assert_eq!(find(&found, "overhead"), Some(&Setting::Integer(18)));
        assert_eq!(find(&found, "framing"), Some(&text("docsis")));
        assert_eq!((find(&found, "mpu"), find(&found, "atm")), (Some(&Setting::Integer(64)), Some(&text("noatm"))));
        assert_eq!(find(&read(&[("raw", Setting::Switch(true))]), "raw"), Some(&Setting::Switch(true)));
    }
}
