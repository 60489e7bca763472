//! `netns`: keys and channels of MACsec links.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::macsec::{self, OF_LINK, WORDS};
use crate::kernel::words::{Settings, Word};

/// The tables of words that a function's table may have.
type Tables = &'static [&'static [Word]];

const KEYS: Tables = &[WORDS];
const KEYS_AND_LINK: Tables = &[WORDS, OF_LINK];

const fn of_device(name: &'static str, words: Tables, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnDevices(1), 2, call).words(words)
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_device("netns.macsec_add", KEYS, |args| write(args, KEYS, macsec::add)),
    of_device("netns.macsec_set", KEYS_AND_LINK, |args| write(args, KEYS_AND_LINK, macsec::set)),
    of_device("netns.macsec_delete", KEYS, |args| write(args, KEYS, macsec::delete)),
    Function::new("netns.macsec_list", Acts::OnEither, 1, list),
];

/// `netns.macsec_add(dev, {rx=, sa=, …})`.
fn write(args: &mut Args, words: Tables, write: fn(&Device, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    write(&device, &args.settings(2, words, &[], &device.namespace)?)?;
    args.nothing()
}

/// `netns.macsec_list(dev_or_ns?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let links = match args.device_or_namespace(1)? {
        (namespace, None) => macsec::list(&namespace)?,
        (_, Some(device)) => macsec::get(&device)?,
    };
    values(&args.lua, lua_words::records(&args.lua, &["dev", "tx", "rx"], &links)?)
}
