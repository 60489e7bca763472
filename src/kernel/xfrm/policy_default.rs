//! What is done with packets that no policy of IPsec is for (`ip xfrm policy setdefault`).

use super::{open, refused};
use crate::error::Result;
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::Names8;
use crate::kernel::words::{self, HEADER, Settings, Word, field, find, no_links};
use crate::netlink::Message;

/// `XFRM_MSG_SETDEFAULT`; that which asks for it follows.
const SET: u16 = 0x27;
/// Length of `struct xfrm_userpolicy_default`.
const LENGTH: usize = 3;
/// `XFRM_USERPOLICY_*`.
const ACTIONS: &[(u32, &str)] = &[(1, "block"), (2, "accept")];

/// The directions.
pub const WORDS: &[Word] = &[
    field("in", HEADER, LENGTH, 0, Names8(ACTIONS)),
    field("fwd", HEADER, LENGTH, 1, Names8(ACTIONS)),
    field("out", HEADER, LENGTH, 2, Names8(ACTIONS)),
];

/// Sets it for the directions that `settings` have.
pub fn set(namespace: &Namespace, settings: &Settings) -> Result<()> {
    let mut wanted = settings.clone();
    for (direction, value) in get(namespace)? {
        if find(settings, &direction).is_none() {
            wanted.push((direction, value));
        }
    }
    let mut header = [0; LENGTH];
    words::fill_header(&mut header, WORDS, &wanted, &mut no_links)?;
    open(namespace)?
        .execute(Message::new(SET, &header), 0)
        .map_err(|error| refused(error, namespace, "default of policies", "changing policies"))
}

/// Reads it for each direction: `"accept"` or `"block"`.
pub fn get(namespace: &Namespace) -> Result<Settings> {
    let answers: Result<Vec<Message>> = open(namespace)?.query(Message::new(SET + 1, &[0; LENGTH]), 0);
    let answers = answers.map_err(|error| refused(error, namespace, "default of policies", "reading policies"))?;
    let read = |answer: &Message| Some(words::decode(WORDS, answer.bytes.get(..LENGTH)?, &[], &|_| None));
    Ok(answers.iter().find_map(read).unwrap_or_default())
}
