//! Virtual functions of a link's hardware, in the words of `ip link set … vf` (Linux `if_link.h`, `IFLA_VF_*`).

use super::{Setting, Settings};
use crate::error::{Error, Result};
use crate::kernel::words::Form::{self, Mac, U32, VlanProtocol, Words32};
use crate::kernel::words::{self, NOWHERE, Own, Word, fact_field, field, find, flat, option};
use crate::netlink::attr;

/// The option that has them, an array.
pub(super) const VF: &str = "vf";
/// `IFLA_VF_INFO`, `IFLA_VF_VLAN`, `IFLA_VF_VLAN_LIST` and `IFLA_VF_VLAN_INFO` in it.
const INFO: u16 = 1;
const VLAN: u16 = 2;
const VLAN_LIST: u16 = 12;
const VLAN_INFO: u16 = 1;

/// One of them. Each attribute is a struct that begins with its number.
const WORDS: &[Word] = &[
    field(VF, 1, 36, 0, U32),
    field("mac", 1, 36, 4, Mac),
    field("vlan", VLAN, 12, 4, U32),
    field("qos", VLAN, 12, 8, U32),
    option("proto", NOWHERE, VlanProtocol),
    flat(VLAN_LIST, &[fact_field("proto", VLAN_INFO, 16, 12, VlanProtocol)]),
    // What is read as `max_tx_rate`.
    field("rate", 3, 8, 4, Form::Own(&WRITTEN)),
    field("spoofchk", 4, 8, 4, Form::Own(&SWITCH)),
    field("state", 5, 8, 4, Words32(&["auto", "enable", "disable"])),
    field("min_tx_rate", 6, 12, 4, U32),
    field("max_tx_rate", 6, 12, 8, U32),
    field("query_rss", 7, 8, 4, Form::Own(&SWITCH)),
    field("trust", 9, 8, 4, Form::Own(&SWITCH)),
    field("node_guid", 10, 16, 8, Form::Own(&GUID)),
    field("port_guid", 11, 16, 8, Form::Own(&GUID)),
];

/// What the kernel sets together.
const TOGETHER: [&[&str]; 2] = [&["vlan", "qos", "proto"], &["min_tx_rate", "max_tx_rate"]];

/// All of them, as [`Form::Own`] of the words of links.
pub(super) static ALL: Own = Own {
    expected: "an array of tables, each with the number of a virtual function as vf",
    encode: |value| {
        let mut bytes = Vec::new();
        for one in value.each() {
            let Setting::Table(settings) = one else { return None };
            let inner = encode(settings).ok()?;
            attr::nest(&mut bytes, INFO, |info| *info = inner);
        }
        Some(bytes)
    },
    decode: |bytes| {
        let all: Vec<Setting> = attr::Attributes::new(bytes).map(|(_, info)| Setting::Table(decode(info))).collect();
        (!all.is_empty()).then_some(Setting::List(all))
    },
    width: None,
};

/// A number that is never read.
static WRITTEN: Own = Own {
    expected: "a number of Mbit/s",
    encode: |value| u32::try_from(words::whole(value)?).ok().map(|rate| rate.to_ne_bytes().to_vec()),
    decode: |_| None,
    width: Some(4),
};

/// On or off; all bits where the driver knows no such thing.
static SWITCH: Own = Own {
    expected: "true or false",
    encode: |value| match value {
        Setting::Switch(on) => Some(u32::from(*on).to_ne_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| attr::u32_of(bytes).filter(|on| *on != u32::MAX).map(|on| Setting::Switch(on != 0)),
    width: Some(4),
};

/// A name of InfiniBand, 8 bytes in hexadecimal, which are a number on the wire.
static GUID: Own = Own {
    expected: "8 bytes in hexadecimal, such as \"00:11:22:33:44:55:66:77\"",
    encode: |value| match value {
        Setting::Text(text) => {
            let bytes = <[u8; 8]>::try_from(words::from_hex(text)?).ok()?;
            Some(u64::from_be_bytes(bytes).to_ne_bytes().to_vec())
        }
        _ => None,
    },
    decode: |bytes| {
        let bytes = u64::from_ne_bytes(bytes.try_into().ok()?).to_be_bytes();
        Some(Setting::Text(bytes.map(|byte| format!("{byte:02x}")).join(":")))
    },
    width: Some(8),
};

fn encode(settings: &Settings) -> Result<Vec<u8>> {
    words::check("a virtual function", &[WORDS], settings)?;
    let Some(number) = words::bytes(WORDS, settings, VF)? else {
        return Err(Error::missing(VF));
    };
    let protocol = words::bytes(WORDS, settings, "proto")?.filter(|protocol| *protocol != 0x8100u16.to_be_bytes());
    let told = words::encode(WORDS, &words::without(settings, &[VF]), &mut words::no_links)?;
    let mut bytes = Vec::new();
    for (kind, value) in attr::Attributes::new(&told) {
        let value = [&number, value.get(4..).unwrap_or_default()].concat();
        match &protocol {
            Some(protocol) if kind == VLAN => attr::nest(&mut bytes, VLAN_LIST, |list| {
                attr::put(list, VLAN_INFO, &[&value, protocol.as_slice(), &[0; 2]].concat());
            }),
            _ => attr::put(&mut bytes, kind, &value),
        }
    }
    Ok(bytes)
}

fn decode(info: &[u8]) -> Settings {
    let mut settings = words::decode(WORDS, &[], info, &|_| None);
    // A driver that knows of no protocol.
    settings.retain(|(key, value)| key != "proto" || *value != Setting::Integer(0));
    settings
}

/// `EINVAL` for what is none, for a word that there is not and a value that a word cannot have.
pub(super) fn check(settings: &Settings) -> Result<()> {
    for one in find(settings, VF).map(Setting::each).unwrap_or_default() {
        if let Setting::Table(settings) = one {
            encode(settings)?;
        }
    }
    Ok(())
}

/// Leaves of those in `settings` what is not as in `before` already, with what the kernel sets together with it.
pub(super) fn keep_news(settings: &mut Settings, before: &Settings) {
    let known = find(before, VF).map(Setting::each).unwrap_or_default();
    let Some((_, all)) = settings.iter_mut().find(|(key, _)| key == VF) else { return };
    let news: Vec<Setting> = all.each().iter().filter_map(|one| news(one, known)).collect();
    *all = Setting::List(news);
    settings.retain(|(key, value)| key != VF || *value != Setting::List(Vec::new()));
}

/// What of one is new.
fn news(one: &Setting, known: &[Setting]) -> Option<Setting> {
    let Setting::Table(asked) = one else { return Some(one.clone()) };
    let none = Settings::new();
    let has_number = |other: &&Setting| matches!(other, Setting::Table(other) if find(other, VF) == find(asked, VF));
    let was = match known.iter().find(has_number) {
        Some(Setting::Table(was)) => was,
        _ => &none,
    };
    let is_new = |key: &str| find(asked, key).is_some_and(|value| find(was, key) != Some(value));
    let together = |key: &str| TOGETHER.iter().find(|keys| keys.contains(&key)).copied();
    let wanted = |key: &str| is_new(key) || together(key).is_some_and(|keys| keys.iter().any(|key| is_new(key)));
    let mut news: Settings = asked.iter().filter(|(key, _)| wanted(key)).cloned().collect();
    let kept: Vec<_> =
        was.iter().filter(|(key, _)| find(asked, key).is_none() && together(key).is_some() && wanted(key)).collect();
    news.extend(kept.into_iter().cloned());
    news.retain(|(key, _)| key != VF);
    if news.is_empty() {
        return None;
    }
    news.extend(find(asked, VF).map(|number| (VF.into(), number.clone())));
    Some(Setting::Table(news))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(number: i64, more: &[(&'static str, Setting)]) -> Setting {
        let mut settings: Settings = vec![(VF.into(), Setting::Integer(number))];
        settings.extend(more.iter().map(|(key, value)| ((*key).into(), value.clone())));
        Setting::Table(settings)
    }

    #[test]
    fn each_struct_begins_with_the_number_and_names_are_numbers_on_the_wire() {
        let guid = Setting::Text("00:11:22:33:44:55:66:77".to_owned());
        let bytes = (ALL.encode)(&function(3, &[("node_guid", guid.clone())])).expect("bytes");
        let inner = attr::find(&bytes, INFO).and_then(|info| attr::find(info, 10)).expect("a name");
        assert_eq!(inner[..4], 3u32.to_ne_bytes());
        assert_eq!(inner[8..], 0x0011_2233_4455_6677_u64.to_ne_bytes());
        assert_eq!(words::shown(WORDS, "node_guid", &inner[8..]), Some(guid));
    }

    #[test]
    fn what_is_set_together_is_told_together_and_what_is_the_same_is_not() {
        let before = vec![(
            VF.into(),
            Setting::List(vec![function(
                0,
                &[("min_tx_rate", Setting::Integer(5)), ("max_tx_rate", Setting::Integer(9))],
            )]),
        )];
        let mut asked = vec![(VF.into(), function(0, &[("max_tx_rate", Setting::Integer(8))]))];
        keep_news(&mut asked, &before);
        let Some(Setting::List(news)) = find(&asked, VF) else { panic!("{asked:?}") };
        let Setting::Table(news) = &news[0] else { panic!("{news:?}") };
        assert_eq!((words::integer(news, "min_tx_rate"), words::integer(news, "max_tx_rate")), (Some(5), Some(8)));
        let mut same = before.clone();
        keep_news(&mut same, &before);
        assert_eq!(same, Settings::new());
    }
}
