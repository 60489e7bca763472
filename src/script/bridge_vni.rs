//! `netns`: VNIs of vxlan links.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::bridge_vlan::numbers;
use super::object::at_link;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::bridge_vni::{self, Filter, Vnis, WORDS};
use crate::kernel::device::Device;
use crate::kernel::words::Settings;

/// What repeats an argument, and what only reading gives.
const IGNORED: &[&str] = &["dev", "vni", "stats"];
const EXPECTED: &str = "a VNI, or a range such as \"100-200\"";

pub(super) static FUNCTIONS: &[Function] = &[
    at_link("netns.bridge_vni_add", &[WORDS], |args| write(args, bridge_vni::add)),
    at_link("netns.bridge_vni_delete", &[WORDS], |args| write(args, bridge_vni::delete)),
    Function::new("netns.bridge_vni_list", Acts::OnEither, 2, list).options(&["dev", "vni", "stats"]),
];

/// `netns.bridge_vni_add(dev, vni_or_range, {group=, remote=})`.
fn write(args: &mut Args, write: fn(&Device, Vnis, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    let text = numbers(&args.value(2)).ok_or_else(|| args.wrong_type(2, EXPECTED))?;
    let vnis = bridge_vni::parse(&text)?;
    write(&device, vnis, &args.settings(3, &[WORDS], IGNORED, &device.namespace)?)?;
    args.nothing()
}

/// `netns.bridge_vni_list(dev_or_ns?, {dev=, vni=, stats=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let options = args.options(2)?;
    let vni = options.value("vni").map(|value| match numbers(value) {
        Some(text) => bridge_vni::parse(&text),
        None => Err(options.wrong_type("vni", EXPECTED)),
    });
    let filter = Filter {
        dev: options.device("dev", &namespace)?.or(device),
        vni: vni.transpose()?,
        stats: options.is_on("stats")?,
    };
    let listed = bridge_vni::list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, &["dev", "vni", "group", "remote"], &listed)?)
}
