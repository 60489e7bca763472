//! `netns`: labels of IPv6 prefixes.

use ipnet::Ipv6Net;
use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::Result;
use crate::kernel::address_text;
use crate::kernel::addrlabel::{self, WORDS};
use crate::kernel::namespace::Namespace;
use crate::kernel::words::{Settings, Word};

const fn of_namespace(
    name: &'static str,
    most: usize,
    words: &'static [&'static [Word]],
    call: fn(&mut Args) -> mlua::Result<MultiValue>,
) -> Function {
    Function::new(name, Acts::OnNamespace, most, call).words(words)
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_namespace("netns.addrlabel_add", 3, &[WORDS], |args| write(args, addrlabel::add)),
    of_namespace("netns.addrlabel_delete", 3, &[WORDS], |args| write(args, addrlabel::delete)),
    of_namespace("netns.addrlabel_list", 1, &[], list),
    of_namespace("netns.addrlabel_flush", 1, &[], flush),
];

/// `netns.addrlabel_add(ns, prefix, {label=, dev=})`.
fn write(args: &mut Args, write: fn(&Namespace, Ipv6Net, &Settings) -> Result<()>) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let prefix = addrlabel::prefix(address_text::network(&args.string(2)?)?)?;
    write(&namespace, prefix, &args.settings(3, &[WORDS], &["prefix"], &namespace)?)?;
    args.nothing()
}

/// `netns.addrlabel_list(ns?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let labels = addrlabel::list(&args.namespace(1)?)?;
    values(&args.lua, lua_words::records(&args.lua, &["prefix", "dev", "label"], &labels)?)
}

/// `netns.addrlabel_flush(ns)`: how many there were.
fn flush(args: &mut Args) -> mlua::Result<MultiValue> {
    values(&args.lua, addrlabel::flush(&args.namespace(1)?)?)
}
