//! Up, down, and what up would do.

use std::time::Instant;

use mlua::MultiValue;

use super::calls::{self, Rising};
use super::{Lab, Shared, fields};
use crate::error::{Error, explain};
use crate::lab::{self, Assigned, cable::Carried};
use crate::script::args::Args;
use crate::script::bind::{Waiting, values};
use crate::script::handle::CableHandle;
use crate::script::progress::Bar;
use crate::wait::limit;

/// `net:up{quiet=, keep=, timeout=}`: all or nothing. Gives the lab.
pub(super) fn up(args: &mut Args) -> mlua::Result<MultiValue> {
    let shared = args.lab()?;
    let options = args.options(2)?;
    let (quiet, keep) = (options.is_on("quiet")?, options.is_on("keep")?);
    let timeout = options.duration("timeout")?;
    let begun = Instant::now();
    let assigned = {
        let mut state = shared.borrow_mut();
        state.not_rising()?;
        if state.live.is_some() {
            return Err(Error::new(&explain::LAB_IS_UP).into());
        }
        if keep {
            let name = state.plan.name.as_ref().ok_or_else(|| Error::new(&explain::LAB_NAMELESS))?;
            lab::named::room::check_keep(name)?;
        }
        state.assigned()?
    };
    if !quiet {
        for note in &assigned.notes {
            crate::script::output::note(note);
        }
    }
    let rising = Rising::begin(&shared);
    if let Err(error) = limit::within(timeout, || rise(args, &shared, &assigned, quiet, keep)) {
        // The error that led here is to be told first.
        lab::tell_at_the_end(Lab::take_down(&shared));
        return Err(error);
    }
    drop(rising);
    shared.borrow_mut().elapsed = Some(begun.elapsed().as_secs_f64());
    values(&args.lua, args.value(1))
}

/// Comes up step by step: functions that give options, the network, functions that set nodes up, commands. The lab is not
/// borrowed while the script's functions run.
fn rise(args: &Args, shared: &Shared, assigned: &Assigned, quiet: bool, keep: bool) -> mlua::Result<()> {
    let handle = args.value(1);
    let handle = handle.as_userdata().ok_or_else(|| args.wrong_type(1, "a lab"))?;
    calls::compute(handle, shared)?;
    let worded = |error| shared.borrow().declared_by(error);
    let mut bar = Bar::new(quiet);
    let live = lab::build::connect(&shared.borrow().plan, assigned, &mut |progress| bar.build(progress));
    drop(bar);
    let live = live.map_err(worded)?;
    shared.borrow_mut().live = Some(live);
    calls::set_up(handle, shared, |_| true)?;
    let start = {
        let state = shared.borrow();
        state.live.as_ref().map(|live| lab::Start::new(&state.plan, live).kept(keep))
    };
    start.map_or(Ok(()), crate::wait::block).map_err(worded)?;
    match &mut shared.borrow_mut().live {
        Some(live) if keep => Ok(live.keep()?),
        _ => Ok(()),
    }
}

/// `net:down()`.
pub(super) fn down(args: &mut Args) -> mlua::Result<MultiValue> {
    let lab = args.lab()?;
    lab.borrow().not_rising()?;
    match Lab::take_down(&lab).into_iter().next() {
        Some(error) => Err(error.into()),
        None => args.nothing(),
    }
}

/// `net:plan()`: what `up` would do, as data.
pub(super) fn plan(args: &mut Args) -> mlua::Result<MultiValue> {
    let shared = args.lab()?;
    values(&args.lua, fields::plan(&args.lua, &shared)?)
}

/// `cable:down()`: both ends.
pub(super) fn cable_down(args: &mut Args) -> mlua::Result<MultiValue> {
    switch(args, false)?;
    args.nothing()
}

/// `cable:up()`: both ends, with their addresses and routes, until they carry packets.
pub(super) fn cable_up(args: &mut Args) -> mlua::Result<Waiting> {
    Ok(Waiting::new(switch(args, true)?, |_, ()| Ok(MultiValue::new())))
}

/// Takes a link down or up; what it comes to when it is up can be waited for.
fn switch(args: &Args, up: bool) -> mlua::Result<Carried> {
    let handle = args.value(1);
    let Some(cable) = handle.as_userdata().and_then(|handle| handle.borrow::<CableHandle>().ok()) else {
        return Err(args.wrong_type(1, "a link of a lab").into());
    };
    cable.index()?;
    let mut state = cable.lab.borrow_mut();
    Ok(state.on_cable(cable.id, |plan, assigned, live, index| {
        lab::cable::set(plan, assigned, live, index, up)?;
        Carried::new(plan, assigned, live, index)
    })?)
}
