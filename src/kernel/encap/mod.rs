//! What a route or a nexthop wraps its packets in, in the words of `ip route … encap`, one file a type (Linux
//! `include/uapi/linux/lwtunnel.h`).

mod bpf;
mod ila;
mod ioam6;
mod ip;
mod mpls;
mod rpl;
mod seg6;
mod seg6local;
mod srh;
#[cfg(test)]
mod tests;
mod xfrm;

use std::sync::Arc;

use nix::errno::Errno;

use crate::error::{Error, Result, explain, nearest};
use crate::kernel::bpf::Program;
use crate::kernel::words::{self, Form, IndexOf, NameOf, Setting, Settings, Word, option};

/// Adds what no word of its own says.
type Write = fn(&mut Vec<u8>, &Settings) -> Result<()>;

/// One type of wrapping.
struct Type {
    name: &'static str,
    /// `LWTUNNEL_ENCAP_*`.
    number: u16,
    words: &'static [Word],
    /// What a kernel without it lacks.
    needs: &'static str,
    /// Words that are no attribute each: `write` and `read` know them.
    beside: &'static [Word],
    write: Option<Write>,
    read: Option<fn(&mut Settings, &[u8])>,
}

impl Type {
    const fn new(name: &'static str, number: u16, needs: &'static str, words: &'static [Word]) -> Self {
        Self { name, number, needs, words, beside: &[], write: None, read: None }
    }
}

/// The option of an object that can be wrapped, to check that there is one.
pub const OPTION: &[Word] = &[option("encap", 0, Form::Nested(&[]))];

static TYPES: &[&Type] = &[
    &mpls::TYPE,
    &ip::IP4,
    &ip::IP6,
    &seg6::TYPE,
    &seg6local::TYPE,
    &rpl::TYPE,
    &ioam6::TYPE,
    &bpf::TYPE,
    &xfrm::TYPE,
    &ila::TYPE,
];

/// The key that says which type it is.
const TYPE: &str = "type";

/// Loads the programs that the encap among these options asks for; they have to be held until the kernel has been told.
pub fn hold(settings: &mut Settings) -> Result<Vec<Arc<Program>>> {
    match settings.iter_mut().find(|(key, _)| key == "encap") {
        Some((_, Setting::Table(encap))) => bpf::hold(encap),
        _ => Ok(Vec::new()),
    }
}

/// The number of the type that `settings` say, and its attributes. `EINVAL` for a type or an option that there is not.
pub fn encode(settings: &Settings, index: IndexOf<'_>) -> Result<(u16, Vec<u8>)> {
    let Some(name) = words::text(settings, TYPE) else {
        return Err(Error::new(&explain::ENCAP_TYPE).with("types", names().collect::<Vec<_>>().join(", ")));
    };
    let Some(known) = TYPES.iter().find(|known| known.name == name) else {
        let expected = format!("one of {}", names().collect::<Vec<_>>().join(", "));
        let error = Error::new(&explain::WORD_VALUE).with("key", TYPE).with("expected", expected);
        return Err(error.with("got", format!("\"{name}\"")).near(nearest(name, names())));
    };
    let options = words::without(settings, &[TYPE]);
    words::check(&format!("encap \"{name}\""), &[known.words, known.beside], &options)?;
    let mut bytes = words::encode(known.words, &options, index)?;
    if let Some(write) = known.write {
        write(&mut bytes, &options)?;
    }
    Ok((known.number, bytes))
}

fn names() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|known| known.name)
}

/// What the kernel says of an encap of the type with this number; none if nsl knows no such type.
pub fn decode(number: u16, bytes: &[u8], name: NameOf<'_>) -> Option<Settings> {
    let known = TYPES.iter().find(|known| known.number == number)?;
    let mut settings = vec![(TYPE.into(), Setting::Text(known.name.to_owned()))];
    settings.extend(words::decode(known.words, &[], bytes, name));
    if let Some(read) = known.read {
        read(&mut settings, bytes);
    }
    Some(settings)
}

/// Words a refusal of what is wrapped as `settings` say: of a type that the kernel lacks.
pub fn refused(error: Error, settings: &Settings) -> Error {
    let name = words::text(settings, TYPE).unwrap_or_default();
    let Some(known) = TYPES.iter().find(|known| known.name == name) else { return error };
    let lacking = [(Errno::EOPNOTSUPP, &explain::OBJECT_NOT_SUPPORTED)];
    error.explain(&lacking).with("what", format!("encap \"{name}\"")).with("remedy", known.needs)
}
