//! Acknowledgements: the errno of a refusal, and what the kernel says about it in an extended ACK.
//!
//! The message crates do not read these. Layout: Linux `include/uapi/linux/netlink.h`, `enum nlmsgerr_attrs`.

use netlink_packet_core::{NLM_F_ACK_TLVS, NLM_F_CAPPED, NlasIterator};
use nix::errno::Errno;

use super::frame::{Frame, HEADER, align, half, word};
use crate::error::Error;

const ATTR_MSG: u16 = 1;
const ATTR_POLICY: u16 = 4;
const ATTR_MISS_TYPE: u16 = 5;
const POLICY_MIN_S: u16 = 2;
const POLICY_MAX_S: u16 = 3;
const POLICY_MIN_U: u16 = 4;
const POLICY_MAX_U: u16 = 5;
const POLICY_MIN_LENGTH: u16 = 6;
const POLICY_MAX_LENGTH: u16 = 7;

/// The kernel's own `ENOTSUPP`, which it should keep for itself and does not everywhere; programs have no word for it.
const NOT_SUPPORTED: i32 = 524;

/// What an `NLMSG_ERROR` or `NLMSG_DONE` came to: nothing, or the refusal with the kernel's text.
///
/// A frame too short to hold an errno is a refusal too (`EBADMSG`).
pub(super) fn outcome(frame: &Frame<'_>, done: bool) -> Result<(), Error> {
    let code = match word(frame.payload, 0) {
        Some(code) => code as i32,
        // The kernel's DONE may be empty.
        None if done => 0,
        None => return Err(Error::system(Errno::EBADMSG)),
    };
    if code >= 0 {
        return Ok(());
    }
    let error = Error::system(match code.saturating_neg() {
        NOT_SUPPORTED => Errno::EOPNOTSUPP,
        errno => Errno::from_raw(errno),
    });
    match explanation(frame, done) {
        Some(text) => Err(error.kernel(text)),
        None => Err(error),
    }
}

/// The kernel's own words, with what it says about a missing or ill-sized attribute.
fn explanation(frame: &Frame<'_>, done: bool) -> Option<String> {
    if frame.flags & NLM_F_ACK_TLVS == 0 {
        return None;
    }
    // After the errno an NLMSG_ERROR repeats the request: its header only (capped), or all of it.
    let start = match () {
        () if done => 4,
        () if frame.flags & NLM_F_CAPPED != 0 => 4 + HEADER,
        () => 4 + align(word(frame.payload, 4)? as usize),
    };
    let (mut text, mut facts) = (None, Vec::new());
    for attribute in NlasIterator::new(frame.payload.get(start..)?).map_while(Result::ok) {
        let value = attribute.value();
        match attribute.kind() {
            ATTR_MSG => text = Some(String::from_utf8_lossy(value).trim_end_matches('\0').to_owned()),
            ATTR_MISS_TYPE => facts.extend(word(value, 0).map(|kind| format!("attribute {kind} is missing"))),
            ATTR_POLICY => facts.extend(policy(value)),
            _ => {}
        }
    }
    match (text, facts.is_empty()) {
        (text, true) => text,
        (None, false) => Some(facts.join(", ")),
        (Some(text), false) => Some(format!("{text} ({})", facts.join(", "))),
    }
}

/// What the kernel would have taken for the attribute it refused.
fn policy(nested: &[u8]) -> Option<String> {
    let (mut least, mut most, mut unit) = (None, None, "");
    for attribute in NlasIterator::new(nested).map_while(Result::ok) {
        let number = integer(attribute.value());
        match attribute.kind() {
            POLICY_MIN_U => least = number.map(|n| n.to_string()),
            POLICY_MAX_U => most = number.map(|n| n.to_string()),
            POLICY_MIN_S => least = number.map(|n| (n as i64).to_string()),
            POLICY_MAX_S => most = number.map(|n| (n as i64).to_string()),
            POLICY_MIN_LENGTH => (least, unit) = (number.map(|n| n.to_string()), " bytes"),
            POLICY_MAX_LENGTH => (most, unit) = (number.map(|n| n.to_string()), " bytes"),
            _ => {}
        }
    }
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("allowed: {least} to {most}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    }
}

/// An unsigned attribute value of 16, 32 or 64 bits.
fn integer(value: &[u8]) -> Option<u64> {
    match value.len() {
        2 => half(value, 0).map(u64::from),
        4 => word(value, 0).map(u64::from),
        8 => value.try_into().ok().map(u64::from_ne_bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = ((value.len() + 4) as u16).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(value);
        bytes.resize(align(bytes.len()), 0);
        bytes
    }

    /// An errno, the refused request (whole, or its header only), attributes.
    fn error(code: i32, request: usize, capped: bool, attributes: &[u8]) -> (Vec<u8>, u16) {
        let mut payload = code.to_ne_bytes().to_vec();
        payload.extend((request as u32).to_ne_bytes());
        payload.resize(4 + if capped { HEADER } else { align(request) }, 0);
        payload.extend(attributes);
        (payload, NLM_F_ACK_TLVS | if capped { NLM_F_CAPPED } else { 0 })
    }

    fn read(payload: &[u8], flags: u16, done: bool) -> Result<(), Error> {
        outcome(&Frame { kind: 2, flags, sequence: 1, payload }, done)
    }

    #[test]
    fn the_text_is_found_behind_a_whole_and_a_capped_request() {
        let text = attribute(ATTR_MSG, b"Nexthop has invalid gateway.\0");
        for capped in [true, false] {
            let (payload, flags) = error(-101, 45, capped, &text);
            let error = read(&payload, flags, false).expect_err("a refusal");
            assert_eq!(error.code(), "ENETUNREACH");
            assert_eq!(error.kernel_text().as_deref(), Some("Nexthop has invalid gateway."));
        }
        let (payload, _) = error(-101, 45, true, &text);
        assert_eq!(read(&payload, 0, false).expect_err("a refusal").kernel_text(), None);
        let mut done = (-95i32).to_ne_bytes().to_vec();
        done.extend(&text);
        assert!(read(&done, NLM_F_ACK_TLVS, true).expect_err("a refusal").kernel_text().is_some());
    }

    #[test]
    fn a_missing_attribute_and_a_policy_are_told() {
        let limits = [attribute(POLICY_MIN_U, &68u64.to_ne_bytes()), attribute(POLICY_MAX_U, &9000u64.to_ne_bytes())];
        let mut attributes = attribute(ATTR_MSG, b"out of range\0");
        attributes.extend(attribute(ATTR_POLICY | 0x8000, &limits.concat()));
        let (payload, flags) = error(-34, 20, true, &attributes);
        let error_text = read(&payload, flags, false).expect_err("a refusal").kernel_text();
        assert_eq!(error_text.as_deref(), Some("out of range (allowed: 68 to 9000)"));
        let (payload, flags) = error(-22, 20, true, &attribute(ATTR_MISS_TYPE, &3u32.to_ne_bytes()));
        let error_text = read(&payload, flags, false).expect_err("a refusal").kernel_text();
        assert_eq!(error_text.as_deref(), Some("attribute 3 is missing"));
    }

    #[test]
    fn success_and_nonsense() {
        assert!(read(&0i32.to_ne_bytes(), 0, false).is_ok());
        assert!(read(&[], 0, true).is_ok());
        assert_eq!(read(&[1], 0, false).expect_err("too short").code(), "EBADMSG");
        assert_eq!(read(&(-524i32).to_ne_bytes(), 0, false).expect_err("a refusal").code(), "EOPNOTSUPP");
        assert!(read(&i32::MIN.to_ne_bytes(), 0, false).is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(payload in proptest::collection::vec(any::<u8>(), 0..80), flags: u16, done: bool) {
            let _ = read(&payload, flags, done);
        }
    }
}
