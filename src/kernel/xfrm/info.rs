//! How many states and policies of IPsec there are, in tables of which size (`ip xfrm state count`, `ip xfrm policy count`), and
//! which policies of networks stand in a table by their addresses (`ip xfrm policy set`).

use super::{inner, open, refused, structure};
use crate::error::Result;
use crate::kernel::entry::Links;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Nested, U8, U32};
use crate::kernel::words::{self, HEADER, NOWHERE, Setting, Settings, Word, fact, fact_field, field, option};
use crate::netlink::{Message, attr};

/// `XFRM_MSG_GETSADINFO`, and `XFRM_MSG_NEWSPDINFO`; that which asks follows.
const STATES: u16 = 35;
const SET: u16 = 36;
/// The fixed header, flags of which none means anything.
const HEADER_LENGTH: usize = 4;

/// `struct xfrmu_spdhthresh`.
const THRESHOLD_LENGTH: usize = 2;
const THRESHOLD: &[Word] =
    &[field("lbits", HEADER, THRESHOLD_LENGTH, 0, U8), field("rbits", HEADER, THRESHOLD_LENGTH, 1, U8)];
/// `XFRMA_SPD_IPV*_HTHRESH`.
const THRESHOLDS: [(&str, u16); 2] = [("hthresh4", 3), ("hthresh6", 4)];

/// What can be set of all policies.
pub const POLICIES: &[Word] =
    &[option("hthresh4", NOWHERE, Nested(THRESHOLD)), option("hthresh6", NOWHERE, Nested(THRESHOLD))];

/// What is counted of them: `XFRMA_SPD_INFO`, a `struct xfrmu_spdinfo`, and `XFRMA_SPD_HINFO`, a `struct xfrmu_spdhinfo`.
pub const POLICY_COUNTS: &[Word] = &[
    fact_field("in", 1, 24, 0, U32),
    fact_field("out", 1, 24, 4, U32),
    fact_field("fwd", 1, 24, 8, U32),
    fact_field("sock_in", 1, 24, 12, U32),
    fact_field("sock_out", 1, 24, 16, U32),
    fact_field("sock_fwd", 1, 24, 20, U32),
    fact_field("buckets", 2, 8, 0, U32),
    fact_field("max_buckets", 2, 8, 4, U32),
];
/// `XFRMA_SAD_CNT`, and `XFRMA_SAD_HINFO`, a `struct xfrmu_sadhinfo`.
const STATE_COUNTS: &[Word] =
    &[fact("count", 1, U32), fact_field("buckets", 2, 8, 0, U32), fact_field("max_buckets", 2, 8, 4, U32)];

/// How many states there are, and the size of their table.
pub fn states(namespace: &Namespace) -> Result<Settings> {
    let bytes = ask(namespace, STATES, "states of IPsec")?;
    Ok(words::decode(STATE_COUNTS, &[], &bytes, &|_| None))
}

/// How many policies there are of each direction, those of sockets too, the size of their table, and [`POLICIES`].
pub fn policies(namespace: &Namespace) -> Result<Settings> {
    let bytes = ask(namespace, SET + 1, "policies of IPsec")?;
    let mut counts = words::decode(POLICY_COUNTS, &[], &bytes, &|_| None);
    for (name, attribute) in THRESHOLDS {
        let bits = attr::find(&bytes, attribute).map(|bits| words::decode(THRESHOLD, bits, &[], &|_| None));
        counts.extend(bits.map(|bits| (name.into(), Setting::Table(bits))));
    }
    Ok(counts)
}

/// Sets from which lengths of prefixes on policies stand in the table by their addresses; `EINVAL` beyond an address's length.
pub fn set_policies(namespace: &Namespace, settings: &Settings) -> Result<()> {
    let mut message = Message::new(SET, &[0; HEADER_LENGTH]);
    for (name, attribute) in THRESHOLDS {
        if let Some(bits) = inner(settings, name)? {
            let bits = namespace.with_socket(|socket| {
                structure(name, (THRESHOLD, THRESHOLD_LENGTH), bits, &mut Links::of(namespace, socket))
            })?;
            message = message.with(attribute, &bits);
        }
    }
    let what = "policies of IPsec";
    open(namespace)?.execute(message, 0).map_err(|error| refused(error, namespace, what, "changing policies"))
}

/// The attributes of the answer.
fn ask(namespace: &Namespace, kind: u16, what: &str) -> Result<Vec<u8>> {
    let answers: Result<Vec<Message>> = open(namespace)?.query(Message::new(kind, &[0; HEADER_LENGTH]), 0);
    let answers = answers.map_err(|error| refused(error, namespace, what, "counting what IPsec has"))?;
    Ok(answers.first().and_then(|answer| answer.bytes.get(HEADER_LENGTH..)).unwrap_or_default().to_vec())
}
