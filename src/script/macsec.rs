//! `netns`: keys and channels of MACsec links.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::device::DeviceOrNamespace;
use super::registry::{Acts, Call, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::macsec::{self, WORDS};
use crate::kernel::words::Settings;

const fn of_device(name: &'static str, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function { name, acts: Acts::OnDevices(1), most: 2, options: &[], words: &[WORDS], call: Call::Now(call) }
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_device("netns.macsec_add", |args| write(args, macsec::add)),
    of_device("netns.macsec_set", |args| write(args, macsec::set)),
    of_device("netns.macsec_delete", |args| write(args, macsec::delete)),
    Function {
        name: "netns.macsec_list",
        acts: Acts::OnEither,
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(list),
    },
];

/// `netns.macsec_add(dev, {rx=, sa=, …})`.
fn write(args: &mut Args, write: fn(&Device, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    write(&device, &args.settings(2, &[WORDS], &[], &device.namespace)?)?;
    args.nothing()
}

/// `netns.macsec_list(dev_or_ns?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let links = match args.device_or_namespace(1)? {
        DeviceOrNamespace::Namespace(namespace) => macsec::list(&namespace)?,
        DeviceOrNamespace::Device(device) => macsec::get(&device)?,
    };
    values(&args.lua, lua_words::records(&args.lua, &["dev", "tx", "rx"], &links)?)
}
