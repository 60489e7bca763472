//! `netns.ethtool_get`, `netns.ethtool_set`.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Call, Function};
use super::words as lua_words;
use crate::kernel::ethtool::{self, WORDS};

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.ethtool_get",
        acts: Acts::OnDevices(1),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Now(get),
    },
    Function {
        name: "netns.ethtool_set",
        acts: Acts::OnDevices(1),
        most: 2,
        options: &[],
        words: &[WORDS],
        call: Call::Now(set),
    },
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
