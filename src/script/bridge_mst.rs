//! `netns`: multiple spanning trees of bridges.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::kernel::bridge_vlan::mst::{self, TREE};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.bridge_mst_set", Acts::OnDevices(1), 2, set).words(&[TREE]),
    Function::new("netns.bridge_mst_list", Acts::OnEither, 1, list),
];

/// `netns.bridge_mst_set(dev, {msti=, state=})`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    mst::set(&device, &args.settings(2, &[TREE], &["dev"], &device.namespace)?)?;
    args.nothing()
}

/// `netns.bridge_mst_list(dev_or_ns?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let trees = mst::list(&namespace, device.as_ref())?;
    values(&args.lua, lua_words::records(&args.lua, &["dev", "msti", "state"], &trees)?)
}
