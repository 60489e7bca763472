//! Up, down, and what up would do.

use std::time::Instant;

use mlua::MultiValue;

use super::{Lab, fields};
use crate::error::{Error, Result, explain};
use crate::lab;
use crate::script::args::Args;
use crate::script::bind::values;
use crate::script::handle::CableHandle;

/// `net:up{quiet=, keep=}`: all or nothing. Gives the lab.
pub(super) fn up(args: &mut Args) -> mlua::Result<MultiValue> {
    let shared = args.lab()?;
    let options = args.options(2)?;
    let (quiet, keep) = (options.is_on("quiet")?, options.is_on("keep")?);
    let mut state = shared.borrow_mut();
    if state.live.is_some() {
        return Err(Error::new(&explain::LAB_IS_UP).into());
    }
    if keep && state.plan.name.is_none() {
        return Err(Error::new(&explain::LAB_NAMELESS).into());
    }
    let begun = Instant::now();
    let assigned = state.assigned()?;
    if !quiet {
        for note in &assigned.notes {
            crate::script::output::note(note);
        }
    }
    let mut live = lab::build::build(&state.plan, &assigned, &mut |_| {}).map_err(|error| state.declared_by(error))?;
    if keep {
        live.keep()?;
    }
    state.live = Some(live);
    state.elapsed = Some(begun.elapsed().as_secs_f64());
    values(&args.lua, args.value(1))
}

/// `net:down()`.
pub(super) fn down(args: &mut Args) -> mlua::Result<MultiValue> {
    match Lab::down(&args.lab()?).into_iter().next() {
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
    switch(args, false)
}

/// `cable:up()`: both ends, with their addresses and routes.
pub(super) fn cable_up(args: &mut Args) -> mlua::Result<MultiValue> {
    switch(args, true)
}

fn switch(args: &Args, up: bool) -> mlua::Result<MultiValue> {
    match args.value(1).as_userdata().and_then(|handle| handle.borrow::<CableHandle>().ok()) {
        Some(cable) => {
            let index = cable.index()?;
            let mut state = cable.lab.borrow_mut();
            let assigned = state.assigned()?;
            match &state.live {
                Some(live) => lab::cable::set(&state.plan, &assigned, live, index, up)?,
                None => return Err(Error::new(&explain::LAB_DOWN).into()),
            }
            args.nothing()
        }
        None => Err(args.wrong_type(1, "a link of a lab").into()),
    }
}

impl Lab {
    /// The plan is about to change: what it came to is worked out anew. Changing a lab that is up needs `apply`, which
    /// this version lacks.
    pub(super) fn changed(&mut self) -> Result<()> {
        if self.live.is_some() {
            return Err(Error::new(&explain::LAB_IS_UP));
        }
        self.assigned = None;
        Ok(())
    }
}
