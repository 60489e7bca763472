//! Tunnels of L2TPv3 and the sessions in them, in the words of `ip l2tp` (Linux `include/uapi/linux/l2tp.h`).

use std::borrow::Cow;

use nix::errno::Errno;

use super::device::check_name;
use super::family::{Family, attributes, matching, shown};
use super::namespace::Namespace;
use super::words::Form::{
    FlagOff, Ip4, Ip6, Names16, Nested, Own, Per64, Switch8, Text, U16, U32, U64, Words8, Words16,
};
use super::words::{
    Own as Form, Setting, Settings, Word, fact, find, flag, from_hex, need, option, text, to_hex, without,
};
use crate::error::{Error, Result, explain};
use crate::netlink::attr;

/// L2TP.
pub static FAMILY: Family =
    Family { name: "l2tp", what: "L2TP", module: "l2tp_netlink", config: "CONFIG_L2TP, CONFIG_L2TP_V3" };
/// `L2TP_CMD_*` of tunnels and of sessions: that which makes one.
const TUNNEL: u8 = 1;
const SESSION: u8 = 5;
/// The one which deletes one is numbered so much higher.
const DELETE: u8 = 1;
/// The commands that list tunnels, and sessions.
pub const TUNNELS: u8 = TUNNEL + 3;
/// See [`TUNNELS`].
pub const SESSIONS: u8 = SESSION + 3;

/// A tunnel: `L2TP_ATTR_*`.
pub const TUNNEL_WORDS: &[Word] = &[
    option("tunnel_id", 9, U32),
    option("peer_tunnel_id", 10, U32),
    option("encap", 2, Words16(&["udp", "ip"])),
    option("local", 24, Ip4),
    option("local", 31, Ip6),
    option("remote", 25, Ip4),
    option("remote", 32, Ip6),
    option("udp_sport", 26, U16),
    option("udp_dport", 27, U16),
    option("udp_csum", 13, Own(&CHECKSUM)),
    option("udp6_csum_tx", 33, FlagOff),
    option("udp6_csum_rx", 34, FlagOff),
    fact("stats", 30, Nested(STATS)),
];

/// A session.
pub const SESSION_WORDS: &[Word] = &[
    option("tunnel_id", 9, U32),
    fact("peer_tunnel_id", 10, U32),
    option("session_id", 11, U32),
    option("peer_session_id", 12, U32),
    fact("pw_type", PSEUDOWIRE, Names16(&[(4, "eth_vlan"), (5, "eth"), (7, "ppp"), (8, "ppp_ac"), (11, "ip")])),
    option("name", 8, Text),
    option("cookie", 15, Own(&COOKIE)),
    option("peer_cookie", 16, Own(&COOKIE)),
    option("seq", 18, Own(&RECEIVING)),
    option("seq", 19, Own(&SENDING)),
    // Which `seq` says when it is read.
    fact("recv_seq", 18, Switch8),
    fact("send_seq", 19, Switch8),
    option("l2spec_type", 5, Words8(&["none", "default"])),
    option("reorder_timeout", 22, Per64(1_000)),
    fact("stats", 30, Nested(STATS)),
];

/// `L2TP_ATTR_PROTO_VERSION`.
const VERSION: u16 = 7;
/// `L2TP_ATTR_PW_TYPE`, `L2TP_PWTYPE_ETH`.
const PSEUDOWIRE: u16 = 1;
const ETHERNET: u16 = 5;

/// `L2TP_ATTR_STATS_*`.
const STATS: &[Word] = &[
    fact("tx_packets", 1, U64),
    fact("tx_bytes", 2, U64),
    fact("tx_errors", 3, U64),
    fact("rx_packets", 4, U64),
    fact("rx_bytes", 5, U64),
    fact("rx_seq_discards", 6, U64),
    fact("rx_oos_packets", 7, U64),
    fact("rx_errors", 8, U64),
    fact("rx_cookie_discards", 10, U64),
    fact("rx_invalid", 11, U64),
];

/// Whether the checksum of UDP over IPv4 is filled in, which is told by being there.
static CHECKSUM: Form = Form {
    expected: "true or false",
    encode: |value| match value {
        Setting::Switch(on) => Some(if *on { vec![1] } else { Vec::new() }),
        _ => None,
    },
    decode: |bytes| Some(Setting::Switch(*bytes.first()? != 0)),
    width: Some(1),
};

/// What each packet has to say so that it is taken.
static COOKIE: Form = Form {
    expected: "8 or 16 hexadecimal digits",
    encode: |value| match value {
        Setting::Text(text) => from_hex(text).filter(|bytes| matches!(bytes.len(), 4 | 8)),
        _ => None,
    },
    decode: |bytes| Some(Setting::Text(to_hex(bytes))),
    width: None,
};

const SEQUENCES: &str = "one of none, send, recv, both";
static RECEIVING: Form = Form {
    expected: SEQUENCES,
    encode: |value| Some(vec![u8::from(sequence(value)?.0)]),
    decode: |_| None,
    width: Some(1),
};
static SENDING: Form = Form {
    expected: SEQUENCES,
    encode: |value| Some(vec![u8::from(sequence(value)?.1)]),
    decode: |_| None,
    width: Some(1),
};

/// Whether packets that come in have to be numbered, and those that go out are.
fn sequence(value: &Setting) -> Option<(bool, bool)> {
    let Setting::Text(text) = value else { return None };
    Some(match text.as_str() {
        "none" => (false, false),
        "recv" => (true, false),
        "send" => (false, true),
        "both" => (true, true),
        _ => return None,
    })
}

/// Makes a tunnel, whose socket is the kernel's; `EEXIST` if there is one.
pub fn tunnel_add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    let mut settings = Cow::Borrowed(settings);
    if find(&settings, "encap").is_none() {
        settings.to_mut().push(("encap".into(), Setting::Text("udp".to_owned())));
    }
    let ports: &[&'static str] =
        if text(&settings, "encap") == Some("udp") { &["udp_sport", "udp_dport"] } else { &[] };
    need(&settings, &["tunnel_id", "peer_tunnel_id", "local", "remote"])?;
    need(&settings, ports)?;
    send(namespace, TUNNEL, (TUNNEL_WORDS, &settings), &tunnel(&settings))
}

/// Deletes a tunnel with its sessions; `ENODEV` if there is none.
pub fn tunnel_delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["tunnel_id"])?;
    send(namespace, TUNNEL + DELETE, (TUNNEL_WORDS, settings), &tunnel(settings))
}

/// The tunnels of a namespace that are as `filter` says.
pub fn tunnel_list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let mut listed = FAMILY.list(namespace, TUNNELS, TUNNEL_WORDS, "L2TP tunnel")?;
    for tunnel in &mut listed {
        // Of IPv6 over UDP it is told what is off.
        if find(tunnel, "udp_sport").is_some() && text(tunnel, "local").is_some_and(|local| local.contains(':')) {
            for key in ["udp6_csum_tx", "udp6_csum_rx"] {
                if find(tunnel, key).is_none() {
                    tunnel.push((key.into(), Setting::Switch(true)));
                }
            }
        }
    }
    matching(namespace, TUNNEL_WORDS, listed, filter)
}

/// Makes a session, which is a link that carries Ethernet; `EEXIST` if there is one, `ENODEV` if there is no such tunnel.
pub fn session_add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["tunnel_id", "session_id", "peer_session_id"])?;
    if let Some(name) = text(settings, "name") {
        check_name(name)?;
    }
    send(namespace, SESSION, (SESSION_WORDS, settings), &session(settings))
}

/// Deletes a session and its link; `ENODEV` if there is none.
pub fn session_delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["tunnel_id", "session_id"])?;
    send(namespace, SESSION + DELETE, (SESSION_WORDS, settings), &session(settings))
}

/// The sessions of a namespace that are as `filter` says.
pub fn session_list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let mut listed = FAMILY.list(namespace, SESSIONS, SESSION_WORDS, "L2TP session")?;
    for session in &mut listed {
        let seq = match (flag(session, "recv_seq"), flag(session, "send_seq")) {
            (false, false) => "none",
            (true, false) => "recv",
            (false, true) => "send",
            (true, true) => "both",
        };
        session.retain(|(key, _)| !matches!(key.as_ref(), "recv_seq" | "send_seq"));
        session.push(("seq".into(), Setting::Text(seq.to_owned())));
    }
    if let Some(seq) = find(filter, "seq") {
        listed.retain(|session| find(session, "seq") == Some(seq));
    }
    matching(namespace, SESSION_WORDS, listed, &without(filter, &["seq"]))
}

fn send(namespace: &Namespace, command: u8, (words, settings): (&'static [Word], &Settings), what: &str) -> Result<()> {
    let mut bytes = attributes(namespace, words, settings)?;
    attr::put(&mut bytes, VERSION, &[3]);
    attr::put(&mut bytes, PSEUDOWIRE, &ETHERNET.to_ne_bytes());
    let refused = |error: Error| error.explain(&[(Errno::ENODEV, &explain::OBJECT_MISSING)]);
    FAMILY.send(namespace, command, &bytes, what).map(drop).map_err(refused)
}

fn tunnel(settings: &Settings) -> String {
    format!("L2TP tunnel {}", shown(settings, "tunnel_id"))
}

fn session(settings: &Settings) -> String {
    format!("L2TP session {} of tunnel {}", shown(settings, "session_id"), shown(settings, "tunnel_id"))
}
