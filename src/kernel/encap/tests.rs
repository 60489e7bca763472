//! What goes to the kernel is what `ip route … encap` sends (its attributes as seen with iproute2 6.1), and comes back.

use super::*;
use crate::netlink::attr::Attributes;
use proptest::prelude::*;

fn text(text: &str) -> Setting {
    Setting::Text(text.to_owned())
}

fn table(fields: &[(&'static str, Setting)]) -> Settings {
    fields.iter().map(|(key, value)| ((*key).into(), value.clone())).collect()
}

/// Encodes the fields, beside what `ip` sent in hexadecimal; then reads that, beside the fields.
fn as_ip(number: u16, sent: &str, fields: &[(&'static str, Setting)]) {
    let settings = table(fields);
    let byte = |at: usize| u8::from_str_radix(&sent[at..at + 2], 16).expect("hexadecimal");
    let sent: Vec<u8> = (0..sent.len()).step_by(2).map(byte).collect();
    let (encoded, bytes) = encode(&settings, &mut |_| Ok(2)).expect("an encap");
    let sorted = |bytes| {
        let mut attributes: Vec<_> = Attributes::new(bytes).collect();
        attributes.sort_unstable();
        attributes
    };
    assert_eq!(sorted(&bytes), sorted(&sent), "{settings:?}");
    assert_eq!(encoded, number, "{settings:?}");
    let mut read = decode(number, &sent, &|index| (index == 2).then(|| "d0".to_owned())).expect("an encap");
    read.retain(|(key, _)| key != "counters");
    let ordered = |mut settings: Settings| {
        settings.sort_by(|(one, _), (other, _)| one.cmp(other));
        settings
    };
    assert_eq!(ordered(read), ordered(settings));
}

#[test]
fn each_type_is_sent_as_ip_sends_it() {
    let segs = |all: &[&str]| ("segs", Setting::List(all.iter().map(|segment| text(segment)).collect()));
    let is = |name: &str| (TYPE, text(name));
    let on = Setting::Switch(true);
    let number = Setting::Integer;
    as_ip(
        1,
        "0c00010000064000000c81000500020009000000",
        &[is("mpls"), ("labels", text("100/200")), ("ttl", number(9))],
    );
    as_ip(
        2,
        "0c0001000000000000000007080002000a000009080003000a000001050005000800000005000400040000000600060000050000",
        &[
            is("ip"),
            ("id", number(7)),
            ("dst", text("10.0.0.9")),
            ("src", text("10.0.0.1")),
            ("tos", number(8)),
            ("ttl", number(4)),
            ("key", on.clone()),
            ("csum", on.clone()),
        ],
    );
    as_ip(
        4,
        concat!(
            "0c00010000000000000000071400020020010db80000000000000000000000091400030020010db8000000000000000000000001",
            "050004000400000005000500080000000600060000080000"
        ),
        &[
            is("ip6"),
            ("id", number(7)),
            ("dst", text("2001:db8::9")),
            ("src", text("2001:db8::1")),
            ("hoplimit", number(4)),
            ("tc", number(8)),
            ("seq", on.clone()),
        ],
    );
    as_ip(
        5,
        "3000010001000000000404010100000020010db8000f0000000000000000000220010db8000f00000000000000000001",
        &[is("seg6"), ("mode", text("encap")), segs(&["2001:db8:f::1", "2001:db8:f::2"])],
    );
    as_ip(
        5,
        "300001000000000000040401010000000000000000000000000000000000000020010db8000f00000000000000000001",
        &[is("seg6"), ("mode", text("inline")), segs(&["2001:db8:f::1"])],
    );
    as_ip(
        5,
        concat!(
            "4800010002000000000704000008000020010db8000f000000000000000000010526000000000005",
            "0000000000000000000000000000000000000000000000000000000000000000"
        ),
        &[is("seg6"), ("mode", text("l2encap")), segs(&["2001:db8:f::1"]), ("hmac", number(5))],
    );
    let local = |action: &str, sent: &str, more: &[(&'static str, Setting)]| {
        as_ip(7, sent, &[&[is("seg6local"), ("action", text(action))], more].concat());
    };
    local("End", "0800010001000000", &[]);
    local("End.X", "08000100020000001400050020010db8000000000000000000000002", &[("nh6", text("2001:db8::2"))]);
    local("End.T", "0800010003000000080003000a000000", &[("table", text("10"))]);
    local("End.DX2", "08000100040000000800070002000000", &[("oif", text("d0"))]);
    local(
        "End.DT4",
        "0800010008000000080009000a00000028000a800c00020000000000000000000c00030000000000000000000c0004000000000000000000",
        &[("vrftable", text("10")), ("count", on)],
    );
    let srh = |more: &[(&'static str, Setting)]| {
        ("srh", Setting::Table(table(&[&[segs(&["2001:db8:f::1"])], more].concat())))
    };
    local("End.B6.Encaps", "080001000a0000001c000200000204000000000020010db8000f00000000000000000001", &[srh(&[])]);
    local(
        "End.B6",
        concat!(
            "08000100090000005400020000090401010800000000000000000000000000000000000020010db8000f00000000000000000001",
            "05260000000000090000000000000000000000000000000000000000000000000000000000000000"
        ),
        &[srh(&[("hmac", number(9))])],
    );
    let flavors = |all: &[&str]| ("flavors", Setting::List(all.iter().map(|flavor| text(flavor)).collect()));
    local("End", "08000100010000000c000b800800010002000000", &[flavors(&["psp"])]);
    local(
        "End",
        "08000100010000001c000b80080001001000000005000200200000000500030010000000",
        &[flavors(&["next-csid"]), ("lblen", number(32)), ("nflen", number(16))],
    );
    as_ip(
        8,
        "2c000100000403020000000020010db8000f0000000000000000000220010db8000f00000000000000000001",
        &[is("rpl"), segs(&["2001:db8:f::1", "2001:db8:f::2"])],
    );
    let trace = table(&[("type", number(0x80_0000)), ("ns", number(1)), ("size", number(12))]);
    as_ip(
        9,
        concat!(
            "0800040001000000080005000200000005000100020000001400020020010db8000000000000000000000009",
            "0c0003000001000380000000"
        ),
        &[
            is("ioam6"),
            ("freq", text("1/2")),
            ("mode", text("encap")),
            ("tundst", text("2001:db8::9")),
            ("trace", Setting::Table(trace)),
        ],
    );
    as_ip(10, "08000100070000000800020002000000", &[is("xfrm"), ("if_id", number(7)), ("link_dev", text("d0"))]);
}

#[test]
fn what_cannot_be_is_told() {
    let refused =
        |fields: &[(&'static str, Setting)]| encode(&table(fields), &mut words::no_links).expect_err("refused");
    assert!(refused(&[]).is(&explain::ENCAP_TYPE));
    let error = refused(&[(TYPE, text("mlps"))]);
    assert_eq!(error.hint().as_deref(), Some("did you mean \"mpls\"?"));
    let error = refused(&[(TYPE, text("mpls")), ("label", Setting::Integer(7))]);
    assert_eq!(error.message(), "encap \"mpls\" has no option \"label\"");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"labels\"?"));
    for name in ["seg6", "rpl"] {
        assert!(refused(&[(TYPE, text(name)), ("segs", text("10.0.0.1"))]).is(&explain::ENCAP_SEGMENTS));
    }
    // Which kernels crash on the others is known; masks are for filters, and none has GTP's.
    for (key, row) in [("geneve_opts", &explain::WORD_VALUE), ("gtp_opts", &explain::WORD_UNKNOWN)] {
        let error = refused(&[(TYPE, text("ip")), (key, text("1:2:00112233/1:2:ffffffff"))]);
        assert!(error.is(row) || error.is(&explain::TUNNEL_OPTIONS), "{error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(number in 0u16..12, bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = decode(number, &bytes, &|_| None);
    }

    #[test]
    fn no_segments_make_reading_panic(number in 5u16..9, bytes in proptest::collection::vec(any::<u8>(), 0..90)) {
        let mut attributes = Vec::new();
        (1..3).for_each(|kind| crate::netlink::attr::put(&mut attributes, kind, &bytes));
        let _ = decode(number, &attributes, &|_| None);
    }
}
