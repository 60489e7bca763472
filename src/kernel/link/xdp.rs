//! `xdp`: a program that sees what a link receives before anything else does (`ip link set … xdp`, ip-link(8)).
//!
//! It is attached by the driver or, where that cannot, by the kernel for any link; which of them follows from the word.

use std::sync::Arc;

use nix::errno::Errno;

use crate::error::{Error, Result};
use crate::kernel::bpf::{self, Program, Role};
use crate::kernel::device::Device;
use crate::kernel::words::Form::{List, Nested, U8};
use crate::kernel::words::{self, Setting, Settings, Word, fact, option};
use crate::netlink::attr;

/// `IFLA_XDP_FD`, `IFLA_XDP_ATTACHED`, `IFLA_XDP_FLAGS` and `IFLA_XDP_PROG_ID` (Linux `if_link.h`).
const FD: u16 = 1;
const ATTACHED: u16 = 2;
const FLAGS: u16 = 3;
const PROG_ID: u16 = 4;
/// The ids of programs by how they are attached, and what `ip` has for that: by the driver, for any link, by hardware.
const BY_MODE: [(u16, u8); 3] = [(6, 2), (5, 1), (7, 3)];

/// The options of a link, and how each attaches its program (`XDP_FLAGS_SKB_MODE`, `XDP_FLAGS_DRV_MODE` …); 0: as it can.
pub const OPTIONS: &[(&str, u32)] = &[("xdp", 0), ("xdpgeneric", 1 << 1), ("xdpdrv", 1 << 2), ("xdpoffload", OFFLOAD)];
/// `XDP_FLAGS_HW_MODE`: by the link's hardware.
const OFFLOAD: u32 = 1 << 3;

/// What such an option is told, and what is read: `mode` is 1 by the driver, 2 for any link, 3 by hardware.
pub const WORDS: &[Word] = &[
    bpf::OBJECT,
    bpf::SECTION,
    bpf::PROGRAM,
    bpf::OBJECT_PINNED,
    bpf::prog(FD),
    option("mode", ATTACHED, U8),
    fact("attached", ATTACHED, List(&Nested(&[]), 0)),
];

/// A program to be attached, or none.
#[derive(Debug, Clone)]
pub struct Xdp {
    program: Option<Arc<Program>>,
    flags: u32,
    /// What is to be loaded for the link's hardware, once that is known.
    later: Option<Settings>,
}

impl Xdp {
    /// No program, of those attached as `flags` say.
    pub fn off(flags: u32) -> Self {
        Self { program: None, flags, later: None }
    }

    /// Loads the program that `settings` ask for ([`bpf::hold`]). With a `mode` that was read it is attached in that.
    pub fn load(mut settings: Settings, flags: u32) -> Result<Self> {
        let flags = match words::integer(&settings, "mode") {
            Some(mode @ 1..=3) if flags == 0 => [1 << 2, 1 << 1, 1 << 3][usize::try_from(mode - 1).unwrap_or_default()],
            _ => flags,
        };
        if flags == OFFLOAD && words::find(&settings, "object").is_some() {
            return Ok(Self { program: None, flags, later: Some(settings) });
        }
        match bpf::hold(&mut settings, Role::Xdp)? {
            Some(program) => Ok(Self { program: Some(Arc::new(program)), flags, later: None }),
            None => Err(Error::missing("object").note("of a program for a link")),
        }
    }

    /// With the program loaded for the hardware of this link; none where it is loaded, or not for hardware.
    pub(super) fn for_hardware(&self, device: &Device) -> Result<Option<Self>> {
        let Some(mut settings) = self.later.clone() else { return Ok(None) };
        let role = Role::XdpOf(device.index()?);
        // The kernel looks for the link in the namespace of who asks.
        let program = device.namespace.enter(move || bpf::hold(&mut settings, role)).map_err(|error| {
            let is_plain = error.as_errno() == Some(Errno::EINVAL) && error.kernel_text().is_none();
            if is_plain { error.note("the link's hardware may run no programs") } else { error }
        })?;
        Ok(Some(Self { program: program.map(Arc::new), flags: self.flags, later: None }))
    }

    /// What was attached when it was read ([`read`]).
    pub(super) fn again(was: Option<&Settings>) -> Result<Self> {
        was.map_or_else(|| Ok(Self::off(0)), |was| Self::load(was.clone(), 0))
    }

    /// The value of `IFLA_XDP`, valid as long as this lives.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let fd = self.program.as_ref().map_or(-1, |program| program.fd());
        let mut bytes = Vec::new();
        attr::put(&mut bytes, FD, &fd.to_ne_bytes());
        attr::put_u32(&mut bytes, FLAGS, self.flags);
        bytes
    }
}

/// What an answer says of a link's program; none where it has none.
pub(super) fn read(bytes: &[u8]) -> Option<Settings> {
    let mode = attr::find(bytes, ATTACHED)?.first().copied().filter(|mode| *mode != 0)?;
    let record = |mode: u8, id: Option<u32>| -> Settings {
        let prog = |id: u32| Setting::Table(vec![("id".into(), Setting::Integer(i64::from(id)))]);
        let mode = ("mode".into(), Setting::Integer(i64::from(mode)));
        std::iter::once(mode).chain(id.map(|id| ("prog".into(), prog(id)))).collect()
    };
    let id = |kind: u16| attr::find(bytes, kind).and_then(attr::u32_of).filter(|id| *id != 0);
    let by_mode = BY_MODE.iter().filter_map(|(kind, mode)| Some(Setting::Table(record(*mode, Some(id(*kind)?)))));
    let mut settings = record(mode, id(PROG_ID));
    settings.push(("attached".into(), Setting::List(by_mode.collect())));
    Some(settings)
}

/// What was read with all that the kernel knows of the programs.
pub fn shown(read: &Settings) -> Settings {
    let mut settings = read.clone();
    bpf::show(&mut settings);
    if let Some((_, Setting::List(attached))) = settings.iter_mut().find(|(key, _)| key == "attached") {
        for one in attached {
            if let Setting::Table(one) = one {
                bpf::show(one);
            }
        }
    }
    settings
}
