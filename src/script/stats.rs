//! `netns`: what links count.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::values;
use super::records;
use super::registry::{Acts, Call, Function};
use super::words as lua_words;
use crate::kernel::stats::{self, WORDS};

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.stats_get",
        acts: Acts::OnDevices(1),
        most: 2,
        options: &[],
        words: &[],
        call: Call::Now(get),
    },
    Function {
        name: "netns.stats_set",
        acts: Acts::OnDevices(1),
        most: 2,
        options: &[],
        words: &[WORDS],
        call: Call::Now(set),
    },
];

/// `netns.stats_get(dev, group?)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let group = match args.value(2) {
        Value::Nil => None,
        _ => Some(args.string(2)?),
    };
    let record = lua_words::record(&args.lua, &stats::get(&device, group.as_deref())?)?;
    values(&args.lua, records::one(&args.lua, record)?)
}

/// `netns.stats_set(dev, {l3_stats=})`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    stats::set(&device, &args.settings(2, &[WORDS], &[], &device.namespace)?)?;
    args.nothing()
}
