//! Operations data within IPv6 packets (RFC 9197, Linux `include/uapi/linux/ioam6_iptunnel.h` and `ioam6.h`).

use super::Type;
use crate::kernel::words::Form::{Ip6, Names8, Own};
use crate::kernel::words::{self, Setting, Settings, option};
use crate::netlink::attr;

/// `IOAM6_IPTUNNEL_FREQ_K` and `IOAM6_IPTUNNEL_FREQ_N`.
const FREQUENCY: [u16; 2] = [4, 5];

pub(super) static TYPE: Type = Type {
    read: Some(read),
    ..Type::new(
        "ioam6",
        9,
        "use a kernel with CONFIG_IPV6_IOAM6_LWTUNNEL",
        &[
            option("mode", 1, Names8(&[(1, "inline"), (2, "encap"), (3, "auto")])),
            option("tundst", 2, Ip6),
            option("tunsrc", 6, Ip6),
            option("trace", 3, Own(&TRACE)),
            option("freq", FREQUENCY[0], Own(&PART)),
            option("freq", FREQUENCY[1], Own(&WHOLE)),
        ],
    )
};

/// `struct ioam6_trace_hdr` of a trace with room for its data.
static TRACE: words::Own = words::Own {
    expected: "a table with type, ns and size (a multiple of 4, up to 244)",
    encode: |value| {
        let Setting::Table(trace) = value else { return None };
        let number = |key: &str| u32::try_from(words::integer(trace, key)?).ok();
        let (kind, size) = (number("type")?, number("size")?);
        let namespace = u16::try_from(number("ns").unwrap_or(0)).ok()?;
        // The length is counted in words of 4 bytes.
        let words = u8::try_from(size / 4).ok().filter(|_| size % 4 == 0 && size <= 244)?;
        Some([&namespace.to_be_bytes()[..], &[0, words], &(kind << 8).to_be_bytes()].concat())
    },
    decode: |bytes| {
        let [ns_high, ns_low, _, words, kind @ ..] = *bytes.first_chunk::<8>()?;
        let number = |number: u32| Setting::Integer(number.into());
        Some(Setting::Table(vec![
            ("type".into(), number(u32::from_be_bytes(kind) >> 8)),
            ("ns".into(), number(u16::from_be_bytes([ns_high, ns_low]).into())),
            ("size".into(), number(u32::from(words & 0x7f) * 4)),
        ]))
    },
    width: None,
};

/// How many of so many packets carry it: `"1/2"`.
static PART: words::Own = frequency(|value| Some(parts(value)?.0.to_ne_bytes().to_vec()));
static WHOLE: words::Own = frequency(|value| Some(parts(value)?.1.to_ne_bytes().to_vec()));

const fn frequency(encode: fn(&Setting) -> Option<Vec<u8>>) -> words::Own {
    words::Own { expected: "text such as \"1/2\"", encode, decode: |_| None, width: Some(4) }
}

fn parts(value: &Setting) -> Option<(u32, u32)> {
    let Setting::Text(text) = value else { return None };
    let (part, whole) = text.split_once('/')?;
    Some((part.parse().ok()?, whole.parse().ok()?))
}

fn read(settings: &mut Settings, bytes: &[u8]) {
    let [part, whole] = FREQUENCY.map(|kind| attr::find(bytes, kind).and_then(attr::u32_of));
    if let (Some(part), Some(whole)) = (part, whole) {
        settings.push(("freq".into(), Setting::Text(format!("{part}/{whole}"))));
    }
}
