//! What a kind of links says of itself.

use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::words::{Own, Setting, Settings, Word};

/// A kind of links.
pub(super) struct Kind {
    /// As `ip link` has it: `"vxlan"`.
    pub(super) name: &'static str,
    /// The module that brings it.
    pub(super) module: &'static str,
    /// The option that a kernel is built with for it.
    pub(super) config: &'static str,
    /// Its options.
    pub(super) own: &'static [Word],
    /// The options of a port of it.
    pub(super) port: &'static [Word],
    /// It stands on another link (`link=`), without which there is none.
    pub(super) stands: bool,
    /// Options without which there is no such link, unless it is controlled from outside (`external`).
    pub(super) needs: &'static [&'static str],
    /// Its links come in pairs (`veth.rs`).
    pub(super) pair: bool,
    /// It has as many queues as the kernel gives it; others do with one each way.
    pub(super) queues: bool,
    /// A change has to tell all of its options again, because those left out would be as in a new link.
    pub(super) whole: bool,
    /// Options of which a change has to tell all, because they are one number.
    pub(super) together: &'static [&'static str],
    /// Options that can be set and are never read.
    pub(super) unread: &'static [&'static str],
    /// What a kernel is built with for the options that begin so.
    pub(super) built_with: &'static [(&'static str, &'static str)],
    /// Makes what was read what can be written back.
    pub(super) forget: fn(&mut Settings),
    /// Attributes of its own options that follow from several settings, or of which a setting needs several.
    pub(super) more: fn(&Settings, &mut Vec<u8>),
    /// Its own options are told and read by other means than messages about links.
    pub(super) aside: Option<Aside>,
    /// Makes a link where no message can.
    pub(super) make: Option<Make>,
    /// What `ip link` tells of a new link beside what was asked for.
    pub(super) fresh: fn(&mut Settings),
}

/// Makes a link with these options, under this index if there is one.
pub(super) type Make = fn(&Device, &Settings, Option<u32>) -> Result<()>;

/// A word that takes away a link which another word names: `nobackup_port`.
pub(super) static NO_LINK: Own = Own {
    expected: "true",
    encode: |value| match value {
        Setting::Switch(true) => Some(vec![0; 4]),
        Setting::Switch(false) => Some(Vec::new()),
        _ => None,
    },
    decode: |_| None,
    width: Some(4),
};

/// How the options of a kind are told and read that are in no message about a link.
pub(in crate::kernel::link) struct Aside {
    /// Tells them to a link that is there.
    pub(in crate::kernel::link) tell: fn(&Device, &Settings) -> Result<()>,
    /// Reads them.
    pub(in crate::kernel::link) read: fn(&Device) -> Result<Settings>,
}

impl Kind {
    /// A kind without options.
    pub(super) const fn new(name: &'static str, module: &'static str, config: &'static str) -> Self {
        Self {
            name,
            module,
            config,
            own: &[],
            port: &[],
            stands: false,
            needs: &[],
            pair: false,
            queues: false,
            whole: false,
            together: &[],
            unread: &[],
            built_with: &[],
            forget: |_| {},
            more: |_, _| {},
            make: None,
            aside: None,
            fresh: |_| {},
        }
    }
}
