//! Options of tunnels, as routes, actions and filters say them: `geneve_opts = "0102:80:00112233"`, `vxlan_opts = "513"`,
//! `erspan_opts = "2:0:1:3"` (Linux `LWTUNNEL_IP_OPTS_…`, `TCA_TUNNEL_KEY_ENC_OPTS_…`, `TCA_FLOWER_KEY_ENC_OPTS_…`, whose
//! numbers are alike).
//!
//! Linux 6.18 was seen to stop at those of routes, with its lock held. Since bb5e62f2d547 (6.15) the compiler knows how long
//! they are (`struct ip_tunnel_info`), and the length is said only after they were copied: where copies are checked and the
//! compiler counts (GCC 15), that would be why. No later kernel is known to be without that, so they are sent none.

use nix::errno::Errno;

use super::words::Form::Text;
use super::words::{NOWHERE, Setting, Settings, Word, find, from_hex, option, to_hex};
use crate::error::{Error, Result, explain};
use crate::netlink::attr;

/// `CLASS:TYPE:DATA`, several behind commas.
pub const GENEVE: Word = option("geneve_opts", NOWHERE, Text);
/// The group policy.
pub const VXLAN: Word = option("vxlan_opts", NOWHERE, Text);
/// `VERSION:INDEX:DIRECTION:HARDWARE`.
pub const ERSPAN: Word = option("erspan_opts", NOWHERE, Text);
/// `TYPE:FLOW`.
pub const GTP: Word = option("gtp_opts", NOWHERE, Text);

/// How a part of an option is written, and what the kernel has of it.
enum Part {
    /// A number of so many bytes in the network's order; of `tc`'s geneve in hexadecimal.
    Number(usize),
    /// Of 32 bits in the host's order.
    Host,
    /// Bytes in hexadecimal.
    Data,
}

/// One sort of options.
struct Sort {
    word: &'static str,
    kind: u16,
    parts: &'static [Part],
    expected: &'static str,
}

const SORTS: &[Sort] = &[
    Sort {
        word: "geneve_opts",
        kind: 1,
        parts: &[Part::Number(2), Part::Number(1), Part::Data],
        expected: "class, type and data such as \"0102:80:00112233\"",
    },
    Sort { word: "vxlan_opts", kind: 2, parts: &[Part::Host], expected: "the number of a group policy" },
    Sort {
        word: "erspan_opts",
        kind: 3,
        parts: &[Part::Number(1), Part::Number(4), Part::Number(1), Part::Number(1)],
        expected: "version, index, direction and hardware such as \"2:0:1:3\"",
    },
    Sort {
        word: "gtp_opts",
        kind: 4,
        parts: &[Part::Number(1), Part::Number(1)],
        expected: "type and flow in hexadecimal such as \"0a:bc\"",
    },
];

/// How numbers of a sort are written: `tc` has those of geneve and GTP in hexadecimal, `ip` all as in C.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As in filters and actions.
    Tc,
    /// As in routes.
    Ip,
}

impl Style {
    fn is_hexadecimal(self, sort: &Sort) -> bool {
        self == Self::Tc && matches!(sort.word, "geneve_opts" | "gtp_opts")
    }
}

/// Appends the options that are given, as the kernel has them, as this attribute. `EOPNOTSUPP` where the kernel might stop
/// over them.
pub fn put(bytes: &mut Vec<u8>, attribute: u16, settings: &Settings, style: Style) -> Result<()> {
    let given = encode(settings, style, false)?;
    given.iter().for_each(|(options, _)| attr::put(bytes, attribute | attr::NESTED, options));
    Ok(())
}

/// As [`put`], with masks in an attribute of their own.
pub fn put_masked(bytes: &mut Vec<u8>, attributes: [u16; 2], settings: &Settings, style: Style) -> Result<()> {
    if let Some((options, masks)) = encode(settings, style, true)? {
        attr::put(bytes, attributes[0] | attr::NESTED, &options);
        attr::put(bytes, attributes[1] | attr::NESTED, &masks);
    }
    Ok(())
}

/// The options and their masks; none where none are given. Masks are taken where they are said to be.
fn encode(settings: &Settings, style: Style, masked: bool) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut given = SORTS.iter().filter_map(|sort| Some((sort, find(settings, sort.word)?)));
    let Some((sort, value)) = given.next() else { return Ok(None) };
    let running = nix::sys::utsname::uname().map(|system| system.release().to_string_lossy().into_owned());
    let running = running.unwrap_or_default();
    if !takes_them(&running) {
        let error = Error::new(&explain::TUNNEL_OPTIONS).with("key", sort.word).with("release", running);
        return Err(error.errno(Errno::EOPNOTSUPP));
    }
    if let Some((other, _)) = given.next() {
        return Err(Error::clash(sort.word, other.word));
    }
    let wrong = || {
        let error = Error::new(&explain::WORD_VALUE).with("key", sort.word);
        error.with("expected", sort.expected).with("got", value)
    };
    written(sort, value, style)
        .filter(|_| masked || !matches!(value, Setting::Text(text) if text.contains('/')))
        .map(Some)
        .ok_or_else(wrong)
}

/// Whether a kernel of this release is known to take such options: what is no release is not.
fn takes_them(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|digits| digits.parse::<u32>().ok());
    let release = numbers.next().zip(numbers.next());
    release.is_some_and(|release| ((5, 0)..(6, 15)).contains(&release))
}

fn written(sort: &Sort, value: &Setting, style: Style) -> Option<(Vec<u8>, Vec<u8>)> {
    let text = match value {
        Setting::Text(text) => text.clone(),
        Setting::Integer(number) => number.to_string(),
        _ => return None,
    };
    let (mut values, mut masks) = (Vec::new(), Vec::new());
    // Geneve alone has several.
    let several = if sort.kind == 1 { text.split(',').collect() } else { vec![text.as_str()] };
    for one in several {
        let (value, mask) = one.split_once('/').map_or((one, None), |(value, mask)| (value, Some(mask)));
        let value = parts(sort, value, style)?;
        let mask = mask.map_or_else(|| Some(all_of(sort, &value)), |mask| parts(sort, mask, style))?;
        for (bytes, parts) in [(&mut values, value), (&mut masks, mask)] {
            attr::nest(bytes, sort.kind, |bytes| {
                (1..).zip(parts).for_each(|(kind, part)| attr::put(bytes, kind, &part));
            });
        }
    }
    Some((values, masks))
}

/// The bytes of each part of an option.
fn parts(sort: &Sort, text: &str, style: Style) -> Option<Vec<Vec<u8>>> {
    let texts: Vec<&str> = text.split(':').collect();
    let number = |text: &str| {
        let (digits, radix) = match text.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None if style.is_hexadecimal(sort) => (text, 16),
            None => (text, 10),
        };
        u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))
    };
    let part = |(part, text): (&Part, &&str)| match part {
        Part::Number(width) => {
            let bytes = number(text)?.to_be_bytes();
            let (front, rest) = bytes.split_at(4 - width);
            front.iter().all(|byte| *byte == 0).then(|| rest.to_vec())
        }
        Part::Host => Some(number(text)?.to_ne_bytes().to_vec()),
        Part::Data => from_hex(text).filter(|bytes| !bytes.is_empty()),
    };
    (texts.len() == sort.parts.len()).then_some(())?;
    sort.parts.iter().zip(&texts).map(part).collect()
}

/// The mask by which all bits count; the kernel wants an ERSPAN's version as it is.
fn all_of(sort: &Sort, parts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut masks: Vec<Vec<u8>> = parts.iter().map(|part| vec![0xff; part.len()]).collect();
    if sort.word == "erspan_opts" {
        masks[..1].clone_from_slice(&parts[..1]);
    }
    masks
}

/// What the kernel says of options, in the word of their sort; with their mask, unless that is all bits.
pub fn decode(values: &[u8], masks: Option<&[u8]>, style: Style) -> Option<(&'static str, Setting)> {
    let (kind, _) = attr::Attributes::new(values).next()?;
    let sort = SORTS.iter().find(|sort| sort.kind == kind)?;
    let read = |bytes| attr::Attributes::new(bytes).flat_map(|(_, parts)| each(sort, parts)).collect::<Vec<_>>();
    let (values, masks) = (read(values), masks.map(read).unwrap_or_default());
    let mut masks = masks.into_iter();
    let texts = values.into_iter().map(|value| {
        let text = shown(sort, &value, style);
        match masks.next() {
            Some(mask) if mask != all_of(sort, &value) => format!("{text}/{}", shown(sort, &mask, style)),
            _ => text,
        }
    });
    Some((sort.word, Setting::Text(texts.collect::<Vec<_>>().join(","))))
}

/// The bytes of the parts of each option: the kernel has several one behind the other. A part that is missing is 0.
fn each(sort: &Sort, attributes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let none = |part: &Part| vec![0; if let Part::Number(width) = part { *width } else { 4 }];
    let mut options: Vec<Vec<Vec<u8>>> = Vec::new();
    for (kind, bytes) in attr::Attributes::new(attributes) {
        if kind == 1 || options.is_empty() {
            options.push(sort.parts.iter().map(none).collect());
        }
        let place = usize::from(kind).checked_sub(1);
        if let Some(part) = place.and_then(|place| options.last_mut()?.get_mut(place)) {
            *part = bytes.to_vec();
        }
    }
    options
}

fn shown(sort: &Sort, parts: &[Vec<u8>], style: Style) -> String {
    let number = |bytes: &[u8]| bytes.iter().take(4).fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    let part = |(part, bytes): (&Part, &Vec<u8>)| match part {
        Part::Number(width) if style.is_hexadecimal(sort) => format!("{:0digits$x}", number(bytes), digits = 2 * width),
        Part::Number(_) => number(bytes).to_string(),
        Part::Host => attr::u32_of(bytes).unwrap_or_default().to_string(),
        Part::Data => to_hex(bytes),
    };
    sort.parts.iter().zip(parts).map(part).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kernels_that_may_stop_are_known() {
        for release in ["5.4.0", "6.1.0-49-um", "6.14.11", "5.15.0-1084-aws", "6.8"] {
            assert!(takes_them(release), "{release}");
        }
        let newer = ["6.15.0", "6.15-rc1", "6.18.44-fc-v595", "6.100.0", "7.0.0-rc3", "10.2"];
        for release in newer.into_iter().chain(["", "6", "six.one", "2.6.78", "4.19.1", "-6.1", "6.x"]) {
            assert!(!takes_them(release), "{release}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let both = |word: &'static str, text: &str, style| {
            let sort = SORTS.iter().find(|sort| sort.word == word).expect("a sort");
            let (values, masks) = written(sort, &Setting::Text(text.to_owned()), style)?;
            decode(&values, Some(&masks), style)
        };
        for (word, text, style) in [
            ("geneve_opts", "0102:80:0011223344556677,ffff:ff:aabbccdd/ffff:ff:ffffff00", Style::Tc),
            ("geneve_opts", "258:128:00112233", Style::Ip),
            ("vxlan_opts", "513", Style::Ip),
            ("vxlan_opts", "57/255", Style::Tc),
            ("erspan_opts", "1:123:0:0", Style::Ip),
            ("erspan_opts", "2:0:1:3/2:0:1:255", Style::Tc),
            ("gtp_opts", "0a:bc/0f:ff", Style::Tc),
        ] {
            assert_eq!(both(word, text, style), Some((word, Setting::Text(text.to_owned()))), "{text}");
        }
        for (word, text) in [
            ("geneve_opts", "0102:80"),
            ("geneve_opts", "10000:80:00112233"),
            ("geneve_opts", "0102:80:0x"),
            ("geneve_opts", ""),
            ("vxlan_opts", "-1"),
            ("vxlan_opts", "1,2"),
            ("erspan_opts", "1:2:3"),
            ("erspan_opts", "256:0:1:3"),
        ] {
            assert_eq!(both(word, text, Style::Tc), None, "{text}");
        }
    }

    #[test]
    fn several_within_one_are_read() {
        let mut parts = Vec::new();
        for option in [[&[1, 2][..], &[0x80], &[0, 0x11, 0x22, 0x33]], [&[1, 3], &[0x81], &[0xaa, 0xbb, 0xcc, 0xdd]]] {
            (1..).zip(option).for_each(|(kind, part)| attr::put(&mut parts, kind, part));
        }
        let mut bytes = Vec::new();
        attr::put(&mut bytes, 1, &parts);
        let text = "0102:80:00112233,0103:81:aabbccdd";
        assert_eq!(decode(&bytes, None, Style::Tc), Some(("geneve_opts", Setting::Text(text.to_owned()))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), mask in any::<bool>()) {
            let _ = decode(&bytes, mask.then_some(&bytes), Style::Tc);
            let mut known = Vec::new();
            (1..5).for_each(|kind| attr::nest(&mut known, kind, |inner| inner.extend(&bytes)));
            let _ = decode(&known, Some(&known), Style::Ip);
        }
    }
}
