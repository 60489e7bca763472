//! Traffic control: how, when and whether a link sends, in the words of `tc` (tc(8)).
//!
//! A link sends by a queueing discipline ([`qdisc`]); some have classes ([`class`]) with disciplines of their own below
//! them, chosen by filters ([`filter`]), which may also act on packets ([`action`]). What kinds there are, and what each can
//! be told, is a table a family ([`kind`]). [`Shape`] puts together what is usually wanted of them.
//!
//! All objects of this room have one fixed header, `struct tcmsg` ([`Place`]), a kind and the kind's options, which are bytes of
//! its own: a flat struct, attributes, or one behind the other (Linux `include/uapi/linux/{rtnetlink,pkt_sched}.h`).

pub mod action;
pub mod bytecode;
pub mod class;
pub mod ematch;
pub mod filter;
pub mod form;
pub mod given;
pub mod handle;
pub mod kind;
pub mod percent;
pub mod place;
pub mod qdisc;
pub mod rate;
pub mod shape;
pub mod stab;
pub mod stats;

use crate::error::{Error, Result, explain, nearest};

pub use place::{Filter, Place, named};
pub use shape::{Distribution, Kept, Shape, clear, list_in, set};

/// The one of `kinds` that is called `name`; `EINVAL` with the nearest one if there is none. `what` they are kinds of.
fn called_in<K>(
    what: &str,
    kinds: &[&'static K],
    name_of: impl Fn(&K) -> &'static str,
    name: &str,
) -> Result<&'static K> {
    kinds.iter().find(|kind| name_of(kind) == name).copied().ok_or_else(|| {
        let near = nearest(name, kinds.iter().map(|kind| name_of(kind)));
        Error::new(&explain::TC_KIND_UNKNOWN).with("what", what).with("kind", name).near(near)
    })
}
