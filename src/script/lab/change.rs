//! Changing a link of a lab, up or not: plan and kernel alike.

use mlua::{MultiValue, Value};

use crate::error::Result;
use crate::lab::{self, Link};
use crate::script::args::Args;
use crate::script::handle::CableHandle;
use crate::script::options::Options;
use crate::script::shape::{SHAPE, merged};

/// `cable:set{loss=, mtu=, a={}, b={}}`: what is not named stays, `false` takes one away.
pub(super) fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let handle = args.value(1);
    let Some(cable) = handle.as_userdata().and_then(|handle| handle.borrow::<CableHandle>().ok()) else {
        return Err(args.wrong_type(1, "a link of a lab").into());
    };
    args.table(2)?;
    let options = args.options(2)?;
    let index = cable.index()?;
    let mut state = cable.lab.borrow_mut();
    let mut wanted = state.plan.links[index].clone();
    change(&mut wanted, &options)?;
    if state.has_cable(cable.id) {
        state.on_cable(cable.id, |plan, assigned, live, index| {
            lab::cable::change(plan, assigned, live, index, &wanted)
        })?;
    }
    // An mtu is part of what is assigned.
    state.touched()?;
    state.changed_alike(cable.id, &wanted);
    state.plan.links[index] = wanted;
    args.nothing()
}

fn change(link: &mut Link, options: &Options) -> mlua::Result<()> {
    link.shape = merged(&link.shape, options)?;
    link.mtu = mtu(options, link.mtu)?;
    for (key, end) in [("a", &mut link.a), ("b", &mut link.b)] {
        let Some(table) = options.table(key)? else { continue };
        let own = Options::read(&table, "set", &[SHAPE, &["mtu"]], &[])?;
        end.wants.shape = merged(&end.wants.shape, &own)?;
        end.wants.spec.mtu = mtu(&own, end.wants.spec.mtu)?;
    }
    link.check_shapes()?;
    Ok(())
}

fn mtu(options: &Options, old: Option<u32>) -> Result<Option<u32>> {
    match options.value("mtu") {
        None => Ok(old),
        Some(Value::Boolean(false)) => Ok(None),
        Some(_) => options.number("mtu", "a number of bytes"),
    }
}
