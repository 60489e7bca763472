//! `netns.ethtool_get`, `netns.ethtool_set`.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::kernel::ethtool::{self, WORDS};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.ethtool_get", Acts::OnDevices(1), 1, get),
    Function::new("netns.ethtool_set", Acts::OnDevices(1), 2, set).words(&[WORDS]),
];

/// `netns.ethtool_get(dev)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let found = ethtool::get(&args.device(1)?)?;
    values(&args.lua, lua_words::record(&args.lua, &found)?)
}

/// `netns.ethtool_set(dev, {features=, link=, rings=, …})`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    args.table(2)?;
    ethtool::set(&device, &args.settings(2, &[WORDS], &[], &device.namespace)?)?;
    args.nothing()
}
