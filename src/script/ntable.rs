//! `netns`: tables of neighbours.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::kernel::ntable::{self, WORDS};

/// What repeats an argument or follows from it.
const IGNORED: &[&str] = &["name", "family"];
const COLUMNS: &[&str] = &["name", "dev", "base_reachable", "retrans", "gc_stale", "ucast_probes", "mcast_probes"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.ntable_change", Acts::OnNamespace, 3, change).words(&[WORDS]),
    Function::new("netns.ntable_list", Acts::OnEither, 2, list).options(&["name", "dev"]),
];

/// `netns.ntable_change(ns, name, opts)`.
fn change(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let name = args.string(2)?;
    ntable::change(&namespace, &name, &args.settings(3, &[WORDS], IGNORED, &namespace)?)?;
    args.nothing()
}

/// `netns.ntable_list(dev_or_ns?, {name=, dev=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let (namespace, device) = args.device_or_namespace(1)?;
    let options = args.options(2)?;
    let device = options.device("dev", &namespace)?.or(device);
    let tables = ntable::list(&namespace, options.string("name")?.as_deref(), device.as_ref())?;
    values(&args.lua, lua_words::records(&args.lua, COLUMNS, &tables)?)
}
