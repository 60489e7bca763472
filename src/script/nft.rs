//! `netns.nft`, `netns.masquerade`.

use mlua::MultiValue;

use super::args::Args;
use super::bind::Waiting;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, explain};
use crate::process;

pub(super) static FUNCTIONS: &[Function] = &[
    Function { name: "netns.nft", acts: Acts::OnNamespace, most: 2, options: &[], words: &[], call: Call::Waits(nft) },
    Function {
        name: "netns.masquerade",
        acts: Acts::OnNamespace,
        most: 2,
        options: &[],
        words: &[],
        call: Call::Waits(masquerade),
    },
];

/// `netns.nft(ns, ruleset)`.
fn nft(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let rules = process::load_rules(&namespace, &args.string(2)?, "")?;
    Ok(Waiting::new(rules, |_, ()| Ok(MultiValue::new())))
}

/// `netns.masquerade(ns, out_dev)`.
fn masquerade(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let device = super::device::from_value(&args.value(2), &namespace)
        .unwrap_or_else(|| Err(args.wrong_type(2, "a device of the namespace (\"interface\" or a Link)")))?;
    if !device.namespace.same(&namespace)? {
        let error = Error::new(&explain::MASQUERADE_ELSEWHERE).with("link", &device);
        return Err(error.with("namespace", namespace.label()).into());
    }
    // One that is not there would be taken, and misspelt names are seen late.
    device.index()?;
    let rules = process::load_rules(&namespace, "", &process::masquerading([device.name.as_str()])?)?;
    Ok(Waiting::new(rules, |_, ()| Ok(MultiValue::new())))
}
