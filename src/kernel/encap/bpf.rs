//! Programs of the extended BPF that see the packets of a route as they come in, go out and are sent (Linux
//! `include/uapi/linux/lwtunnel.h`, `LWT_BPF_*`).

use std::sync::Arc;

use super::{TYPE as KIND, Type};
use crate::error::{Error, Result};
use crate::kernel::bpf::{self, OBJECT, OBJECT_PINNED, PROGRAM, Program, Role, SECTION};
use crate::kernel::words::Form::{Nested, Text, U32};
use crate::kernel::words::{self, Setting, Settings, Word, option};

/// `LWT_BPF_PROG_FD` and `LWT_BPF_PROG_NAME`, and `SEG6_LOCAL_BPF_PROG*`, which are numbered alike; of the former the kernel
/// tells the name alone.
pub(super) const WORDS: &[Word] =
    &[OBJECT, SECTION, PROGRAM, OBJECT_PINNED, bpf::prog(1), bpf::prog_read(1), option("bpf_name", 2, Text)];

pub(super) static TYPE: Type = Type::new(
    "bpf",
    6,
    "use a kernel with CONFIG_LWTUNNEL_BPF",
    &[
        option("in", 1, Nested(WORDS)),
        option("out", 2, Nested(WORDS)),
        option("xmit", 3, Nested(WORDS)),
        option("headroom", 4, U32),
    ],
);

/// Which words of which type say a program, and what it is for.
const ROLES: [(&str, &str, Role); 4] = [
    ("bpf", "in", Role::LwtIn),
    ("bpf", "out", Role::LwtOut),
    ("bpf", "xmit", Role::LwtXmit),
    ("seg6local", "endpoint", Role::Segment),
];

/// Loads the programs that an encap asks for and puts their descriptors in the place of that. They have to
/// be held until the kernel has been told ([`bpf::hold`]).
pub(super) fn hold(encap: &mut Settings) -> Result<Vec<Arc<Program>>> {
    let mut held = Vec::new();
    let kind = words::text(encap, KIND).unwrap_or_default().to_owned();
    for (_, place, role) in ROLES.iter().filter(|(of, ..)| *of == kind) {
        let Some((_, Setting::Table(program))) = encap.iter_mut().find(|(key, _)| key == *place) else { continue };
        words::check(&format!("encap \"{kind}\" {place}"), &[WORDS], program)?;
        match bpf::hold(program, *role)? {
            Some(program) => held.push(Arc::new(program)),
            // What was read of one is not enough to load it again.
            None => {
                let note = format!("of the program for {place}");
                return Err(Error::missing("object").note(note));
            }
        }
    }
    Ok(held)
}
