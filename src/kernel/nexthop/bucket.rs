//! Buckets of resilient groups: which nexthop each part of the traffic takes.

use nix::errno::Errno;

use crate::error::{Error, Result};
use crate::kernel::entry::{self, Links};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::Form::{Time64, U16, U32};
use crate::kernel::words::{self, Settings, Word, fact, flat};
use crate::netlink::{Message, attr};

/// `RTM_NEWNEXTHOPBUCKET`.
const NEW: u16 = 116;
/// `RTM_GETNEXTHOPBUCKET`.
const GET: u16 = 118;
/// `NHA_RES_BUCKET`.
const BUCKET: u16 = 13;
/// `NHA_RES_BUCKET_INDEX`, `NHA_RES_BUCKET_NH_ID`.
const INDEX: u16 = 1;
const NH_ID: u16 = 3;

const WORDS: &[Word] = &[
    fact("id", super::ID, U32),
    flat(BUCKET, &[fact("index", INDEX, U16), fact("nhid", NH_ID, U32), fact("idle_time", 2, Time64)]),
];

/// Which buckets are meant.
#[derive(Debug, Clone, Default)]
pub struct Buckets {
    /// Of this group.
    pub id: Option<u32>,
    /// That lead to this nexthop.
    pub nhid: Option<u32>,
    /// That lead over this link.
    pub dev: Option<String>,
    /// That lead over ports of this link, or links of this VRF.
    pub master: Option<String>,
}

/// The bucket with this index of a group; `ENOENT` if there is no such group or bucket.
pub fn bucket(namespace: &Namespace, id: u32, index: u16) -> Result<Settings> {
    let what = format!("bucket {index} of nexthop {id}");
    let found = namespace.with_socket(|socket| {
        let mut request = Message::new(GET, &[0; super::LENGTH]).with(super::ID, &id.to_ne_bytes());
        attr::nest(&mut request.bytes, BUCKET, |inner| attr::put(inner, INDEX, &index.to_ne_bytes()));
        let answers = socket.query(request, 0).map_err(|error| entry::refused(error, &what, "reading nexthops"))?;
        let read = |answer: &Message| Some(words::decode(WORDS, &[], answer.bytes.get(super::LENGTH..)?, &|_| None));
        answers.iter().find_map(read).ok_or_else(|| Error::system(Errno::ENOENT))
    });
    found.map_err(|error| error.object(namespace.label()))
}

/// The buckets that `filter` means: each with the `id` of its group, its `index`, the `nhid` it leads to and its `idle_time`
/// in seconds. `ENOENT` if there is no such group.
pub fn buckets(namespace: &Namespace, filter: &Buckets) -> Result<Vec<Settings>> {
    let listed = namespace.with_socket(|socket| {
        let mut request = Message::new(GET, &[0; super::LENGTH]);
        if let Some(id) = filter.id {
            attr::put_u32(&mut request.bytes, super::ID, id);
        }
        for (attribute, link) in [(super::OIF, &filter.dev), (super::MASTER, &filter.master)] {
            if let Some(link) = link {
                let index = Links::of(namespace, socket).index(link)?;
                attr::put_u32(&mut request.bytes, attribute, index);
            }
        }
        if let Some(nhid) = filter.nhid {
            attr::nest(&mut request.bytes, BUCKET, |inner| attr::put_u32(inner, NH_ID, nhid));
        }
        let listed = socket.dump_with(&request, |kind, bytes| {
            (kind == NEW).then(|| words::decode(WORDS, &[], bytes.get(super::LENGTH..)?, &|_| None).into()).flatten()
        });
        let what = filter.id.map_or_else(|| "nexthop".to_owned(), |id| format!("nexthop {id}"));
        listed.map_err(|error| entry::refused(error, what, "reading nexthops"))
    });
    listed.map_err(|error| error.object(namespace.label()))
}
