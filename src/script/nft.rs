//! `netns.nft`.

use mlua::MultiValue;

use super::args::Args;
use super::bind::Waiting;
use super::registry::{Acts, Call, Function};
use crate::process;

pub(super) static FUNCTIONS: &[Function] = &[Function {
    name: "netns.nft",
    acts: Acts::OnNamespace,
    most: 2,
    options: &[],
    words: &[],
    call: Call::Waits(nft),
}];

/// `netns.nft(ns, ruleset)`.
fn nft(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let rules = process::load_rules(&namespace, &args.string(2)?)?;
    Ok(Waiting::new(rules, |_, ()| Ok(MultiValue::new())))
}
