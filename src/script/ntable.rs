//! `netns`: tables of neighbours.

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Call, Function};
use super::words as lua_words;
use crate::kernel::ntable::{self, WORDS};

/// What repeats an argument or follows from it.
const IGNORED: &[&str] = &["name", "family"];
const COLUMNS: &[&str] = &["name", "dev", "base_reachable", "retrans", "gc_stale", "ucast_probes", "mcast_probes"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.ntable_change",
        acts: Acts::OnNamespace,
        most: 3,
        options: &[],
        words: &[WORDS],
        call: Call::Now(change),
    },
    Function {
        name: "netns.ntable_list",
        acts: Acts::OnEither,
        most: 2,
        options: &["name", "dev"],
        words: &[],
        call: Call::Now(list),
    },
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
