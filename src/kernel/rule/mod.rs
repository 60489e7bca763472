//! Rules: which routing table is asked for a packet, in the words of `ip rule` and `ip mrule` (Linux
//! `include/uapi/linux/fib_rules.h`).

mod form;
mod tables;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use nix::errno::Errno;

use super::device::check_name;
use super::entry::{self, Sort};
use super::namespace::Namespace;
use super::shared_forms::{add_length, prefix};
use super::words::{self, Setting, Settings, no_links};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, Socket};
pub use tables::{MULTICAST, MULTICAST_WORDS, ROUTES, WORDS};

/// Length of `struct fib_rule_hdr`.
const LENGTH: usize = 12;
/// Where it has the lengths of the prefixes that `from` and `to` are.
const LENGTHS: [(&str, usize); 2] = [("from", 2), ("to", 1)];
/// What counts with a mask, that word, and the mask of all bits.
const MASKS: [(&str, &str, i64); 5] = [
    ("fwmark", "fwmask", u32::MAX as i64),
    ("dscp", "dscp_mask", 0x3f),
    ("sport", "sport_mask", 0xffff),
    ("dport", "dport_mask", 0xffff),
    ("flowlabel", "flowlabel_mask", ALL_OF_LABEL),
];
const ALL_OF_LABEL: i64 = 0xf_ffff;
/// `RT_TABLE_MAIN`.
const MAIN: i64 = 254;

/// A sort of rules, of a pair of families.
pub struct Rules {
    sort: Sort,
    families: &'static [(u32, &'static str)],
    /// What to do about a kernel that has none.
    remedy: &'static str,
}

/// Adds a rule; `EEXIST` if there is one that is the same.
pub fn add(rules: &Rules, namespace: &Namespace, settings: &Settings) -> Result<()> {
    let mut settings = distinct(rules, settings)?;
    if words::find(&settings, "type").is_none() {
        settings.push(("type".into(), Setting::Text("unicast".to_owned())));
    }
    let asks_a_table = words::text(&settings, "type") == Some("unicast") && !words::flag(&settings, "l3mdev");
    if asks_a_table && words::find(&settings, "table").is_none() {
        settings.push(("table".into(), Setting::Integer(MAIN)));
    }
    change(rules, namespace, &settings, (rules.sort.new, NLM_F_CREATE | NLM_F_EXCL), "adding a rule")
}

/// Deletes the first rule that is as the settings say; `ENOENT` if there is none.
pub fn delete(rules: &Rules, namespace: &Namespace, settings: &Settings) -> Result<()> {
    change(rules, namespace, &distinct(rules, settings)?, (rules.sort.delete(), 0), "deleting a rule")
}

/// The settings, if they tell a rule from others; what they leave unsaid for the kernel is said.
fn distinct(rules: &Rules, settings: &Settings) -> Result<Settings> {
    if settings.is_empty() {
        return Err(Error::new(&explain::RULE_EMPTY));
    }
    let mut settings = words::lengthen(rules.sort.words, settings).into_owned();
    settings.retain(|(key, value)| !(matches!(&**key, "from" | "to") && *value == Setting::Text("all".to_owned())));
    if words::find(&settings, "goto").is_some() && words::find(&settings, "type").is_none() {
        settings.push(("type".into(), Setting::Text("goto".to_owned())));
    }
    with_family(settings)
}

fn change(
    rules: &Rules,
    namespace: &Namespace,
    settings: &Settings,
    (kind, flags): (u16, u16),
    doing: &'static str,
) -> Result<()> {
    let message = message(rules, kind, settings)?;
    namespace.with_socket(|socket| {
        socket.execute(message, flags).map_err(|error| {
            let label = namespace.label();
            let what = format!("rule \"{}\"", line(settings));
            let error = error.explain(&[(Errno::EAFNOSUPPORT, &explain::OBJECT_NOT_SUPPORTED)]);
            let error = entry::refused(error, &what, doing).with("remedy", rules.remedy);
            error.object(if label.is_empty() { line(settings) } else { label })
        })
    })
}

fn message(rules: &Rules, kind: u16, settings: &Settings) -> Result<Message> {
    for name in ["iif", "oif"].iter().filter_map(|key| words::text(settings, key)) {
        check_name(name)?;
    }
    let mut header = [0; LENGTH];
    for (key, place) in LENGTHS {
        header[place] = words::find(settings, key).and_then(prefix).map_or(0, |net| net.prefix_len());
    }
    let settings = &with_masks(settings);
    words::fill_header(&mut header, rules.sort.words, settings, &mut no_links)?;
    Ok(Message::new(kind, &header).with_all(&words::encode(rules.sort.words, settings, &mut no_links)?))
}

/// The settings with masks that stand behind a value (`"0x1/0xff"`) as what they are by themselves.
fn with_masks(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    for (key, mask, all) in MASKS {
        let Some((_, value)) = settings.iter_mut().find(|(name, _)| name == key) else { continue };
        let told = match value {
            Setting::Text(text) => text.split_once('/').map(|(value, mask)| (value.to_owned(), mask.to_owned())),
            _ => None,
        };
        if let Some((before, told)) = told {
            *value = Setting::Text(before);
            settings.retain(|(name, _)| name != mask);
            settings.push((mask.into(), Setting::Text(told)));
        } else if all == ALL_OF_LABEL && words::find(&settings, mask).is_none() {
            // The kernel wants both.
            settings.push((mask.into(), Setting::Integer(all)));
        }
    }
    settings
}

/// The settings with the family that their addresses have; IPv4 if nothing says it, as with `ip rule`.
fn with_family(mut settings: Settings) -> Result<Settings> {
    for (key, _) in LENGTHS {
        let Some(net) = words::find(&settings, key).and_then(prefix) else { continue };
        let (family, other) = if net.addr().is_ipv4() { ("inet", "inet6") } else { ("inet6", "inet") };
        match words::text(&settings, "family") {
            Some(said) if said == other => {
                let error = Error::new(&explain::WORD_VALUE).with("key", key).with("got", format!("\"{net}\""));
                return Err(error.with("expected", format!("of the rule's family, {other}")));
            }
            Some(_) => {}
            None => settings.push(("family".into(), Setting::Text(family.to_owned()))),
        }
    }
    if words::find(&settings, "family").is_none() {
        settings.push(("family".into(), Setting::Text("inet".to_owned())));
    }
    Ok(settings)
}

/// The rules that have all that `filter` says, in the order in which the kernel asks them, those of IPv4 first. `from` and
/// `to` are met by every network inside.
pub fn list(rules: &Rules, namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let wanted = normal(rules, filter)?;
    let listed = namespace.with_socket(|socket| all(rules, socket, words::text(&wanted, "family")))?;
    let met = listed.iter().filter(|message| meets(rules, message, &wanted));
    Ok(met.filter_map(|message| record(rules, &message.bytes)).collect())
}

/// A filter's values, as they are read of a rule.
fn normal(rules: &Rules, filter: &Settings) -> Result<Settings> {
    let filter = &with_masks(&words::lengthen(rules.sort.words, filter));
    let mut wanted = read(rules, &message(rules, rules.sort.new, filter)?.bytes).unwrap_or_default();
    // What a header always has was not asked for.
    wanted.retain(|(key, _)| words::find(filter, key).is_some());
    Ok(wanted)
}

fn meets(rules: &Rules, message: &Message, wanted: &Settings) -> bool {
    let rule = read(rules, &message.bytes).unwrap_or_default();
    wanted.iter().all(|(key, value)| match (&**key, words::find(&rule, key)) {
        ("from" | "to", found) => match (found.and_then(prefix), prefix(value)) {
            (Some(found), Some(wanted)) => wanted.contains(&found),
            _ => false,
        },
        (_, found) => found == Some(value),
    })
}

/// Deletes the rules that [`list`] gives, but for those with priority 0, which `ip rule flush` leaves too. Gives how many
/// there were.
pub fn flush(rules: &Rules, namespace: &Namespace, filter: &Settings) -> Result<usize> {
    let wanted = normal(rules, filter)?;
    namespace.with_socket(|socket| {
        let first = vec![("priority".into(), Setting::Integer(0))];
        let listed = all(rules, socket, words::text(&wanted, "family"))?;
        let meant = listed.into_iter().filter(|rule| !meets(rules, rule, &first) && meets(rules, rule, &wanted));
        entry::delete_each(meant, |rule| {
            let deleted = socket.execute(Message { kind: rules.sort.delete(), ..rule }, 0);
            deleted.map_err(|error| entry::refused(error, "a rule", "deleting rules").object(namespace.label()))
        })
    })
}

/// All rules of a family, or of both.
fn all(rules: &Rules, socket: &mut Socket, family: Option<&str>) -> Result<Vec<Message>> {
    let mut listed = Vec::new();
    for (number, _) in rules.families.iter().filter(|(_, name)| family.is_none_or(|family| family == *name)) {
        let request = Message::new(rules.sort.get(), &[*number as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let found = socket.dump_with(&request, |kind, bytes| {
            (kind == rules.sort.new && record(rules, bytes).is_some()).then(|| Message { kind, bytes: bytes.to_vec() })
        });
        match found {
            // A kernel may lack a family.
            Err(error) if matches!(error.as_errno(), Some(Errno::EAFNOSUPPORT | Errno::EOPNOTSUPP)) => {}
            found => listed.extend(found?),
        }
    }
    Ok(listed)
}

/// What an answer or an event of `RTM_NEWRULE` says; none for what is no rule of this sort.
pub fn record(rules: &Rules, bytes: &[u8]) -> Option<Settings> {
    rules.families.iter().find(|(number, _)| Some(*number) == bytes.first().copied().map(u32::from))?;
    let mut rule = read(rules, bytes)?;
    rule.retain(|(key, value)| !says_nothing(key, value));
    Some(rule)
}

fn read(rules: &Rules, bytes: &[u8]) -> Option<Settings> {
    let mut rule = rules.sort.read(bytes, &|_| None)?;
    for (key, place) in LENGTHS {
        if let Some((_, Setting::Text(address))) = rule.iter_mut().find(|(name, _)| name == key) {
            add_length(address, bytes[place]);
        }
    }
    if words::find(&rule, "priority").is_none() {
        rule.insert(0, ("priority".into(), Setting::Integer(0)));
    }
    Some(rule)
}

/// Whether it is what the kernel says where a rule has nothing of the sort.
fn says_nothing(key: &str, value: &Setting) -> bool {
    if let (Some((_, _, all)), Setting::Integer(mask)) = (MASKS.iter().find(|(_, mask, _)| *mask == key), value) {
        return mask == all;
    }
    match (key, value) {
        ("suppress_prefixlength", Setting::Integer(length)) => *length == -1,
        ("tos", Setting::Integer(tos)) => *tos == 0,
        ("table" | "protocol", Setting::Text(text)) => text == "unspec",
        ("type", Setting::Text(text)) => matches!(text.as_str(), "unicast" | "goto"),
        ("type", Setting::Integer(_)) => true,
        _ => false,
    }
}

/// A rule in `ip rule`'s words, for messages.
fn line(settings: &Settings) -> String {
    let words = settings.iter().filter(|(key, _)| !matches!(&**key, "family" | "type"));
    let words: Vec<String> = words
        .map(|(key, value)| match value {
            Setting::Switch(_) => key.to_string(),
            Setting::Text(text) => format!("{key} {text}"),
            other => format!("{key} {other}"),
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Setting {
        Setting::Text(text.to_owned())
    }

    #[test]
    fn a_rule_comes_back_as_it_was_written() {
        let rule: Settings = vec![
            ("priority".into(), Setting::Integer(100)),
            ("family".into(), text("inet6")),
            ("not".into(), Setting::Switch(true)),
            ("from".into(), text("2001:db8::/32")),
            ("to".into(), text("2001:db8::1")),
            ("realms".into(), text("3/4")),
            ("fwmark".into(), Setting::Integer(1)),
            ("fwmask".into(), Setting::Integer(255)),
            ("uidrange".into(), text("10-20")),
            ("sport".into(), Setting::Integer(80)),
            ("dport".into(), text("10-20")),
            ("table".into(), text("7777")),
        ];
        assert_eq!(
            record(&ROUTES, &message(&ROUTES, ROUTES.sort.new, &rule).expect("a message").bytes),
            Some(rule.clone())
        );
        let masked = vec![("family".into(), text("inet")), ("fwmark".into(), text("0x1/0xff"))];
        let read =
            record(&ROUTES, &message(&ROUTES, ROUTES.sort.new, &masked).expect("a message").bytes).expect("a rule");
        assert_eq!((words::integer(&read, "fwmark"), words::integer(&read, "fwmask")), (Some(1), Some(255)));
        assert_eq!(record(&ROUTES, &[128; 12]), None);
        let read = record(&MULTICAST, &[128; 12]).expect("a rule of multicast");
        assert_eq!(words::text(&read, "family"), Some("inet"));
    }

    #[test]
    fn the_family_is_that_of_the_addresses() {
        let family =
            |settings: Settings| distinct(&ROUTES, &settings).map(|s| words::text(&s, "family").map(str::to_owned));
        let from = |address: &str| vec![("from".into(), text(address))];
        assert_eq!(family(from("10.0.0.0/8")).expect("IPv4").as_deref(), Some("inet"));
        assert_eq!(family(from("::1")).expect("IPv6").as_deref(), Some("inet6"));
        let mixed = [from("::1"), vec![("to".into(), text("10.0.0.1"))]].concat();
        assert_eq!(
            family(mixed).expect_err("both").message(),
            "option \"to\" must be of the rule's family, inet6, got \"10.0.0.1/32\""
        );
        assert!(family(Settings::new()).expect_err("nothing").is(&explain::RULE_EMPTY));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(family in prop::sample::select(vec![2u8, 10, 28, 128]), bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let message = Message { kind: ROUTES.sort.new, bytes: [&[family][..], &bytes].concat() };
            let _ = (record(&ROUTES, &message.bytes), record(&MULTICAST, &message.bytes));
            let _ = meets(&ROUTES, &message, &vec![("from".into(), text("10.0.0.0/8"))]);
        }
    }
}
