//! `netns`: addresses of multicast that links listen to.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::device::Device;
use crate::kernel::link::parse_mac;
use crate::kernel::maddr;

const fn about(name: &'static str, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnDevices(1), 2, call)
}

pub(super) static FUNCTIONS: &[Function] = &[
    about("netns.maddr_add", |args| write(args, maddr::add)),
    about("netns.maddr_delete", |args| write(args, maddr::delete)),
    Function::new("netns.maddr_list", Acts::OnEither, 2, list).options(&["family"]),
];

/// `netns.maddr_add(dev, mac)`.
fn write(args: &mut Args, write: fn(&Device, [u8; 6]) -> Result<()>) -> mlua::Result<MultiValue> {
    write(&args.device(1)?, parse_mac(&args.string(2)?)?)?;
    args.nothing()
}

/// `netns.maddr_list(dev_or_ns?, {family=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let mut addresses = maddr::list(&namespace, device.as_ref())?;
    let options = args.options(2)?;
    if let Some(family) = options.string("family")? {
        if !["link", "inet", "inet6"].contains(&family.as_str()) {
            return Err(options.wrong_value("family", "link, inet or inet6", family).into());
        }
        addresses.retain(|address| crate::kernel::words::text(address, "family") == Some(&family));
    }
    values(&args.lua, lua_words::records(&args.lua, &["dev", "family", "address", "users", "static"], &addresses)?)
}
