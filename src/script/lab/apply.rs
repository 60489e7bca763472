//! Changing a lab that is up: what differs, making only that, and a node's options once it is declared.

use std::rc::Rc;

use mlua::{Lua, MultiValue, Table};

use super::calls::{self, Rising};
use super::{Lab, Shared, options};
use crate::error::{Error, Result, explain};
use crate::lab::{self, Applied, Assigned, Change, Changes, Live, Plan};
use crate::script::args::Args;
use crate::script::bind::values;
use crate::script::handle::NodeHandle;
use crate::script::progress::Bar;
use crate::script::records::{Record, with_text};

/// A lab as it was when its plan began to differ from what is up.
pub(super) struct Built {
    plan: Plan,
    assigned: Rc<Assigned>,
    cables: Vec<u64>,
}

/// `net:diff()`: what `apply` would do, or on a lab that is not up, what `up` would.
pub(super) fn diff(args: &mut Args) -> mlua::Result<MultiValue> {
    let shared = args.lab()?;
    let assigned = prepare(args, &shared)?;
    let state = shared.borrow();
    let changes = lab::diff(&state.plan, &assigned, state.live.as_ref())?;
    values(&args.lua, table(&args.lua, &changes)?)
}

/// `net:apply{quiet=}`: makes what differs, and gives it.
pub(super) fn apply(args: &mut Args) -> mlua::Result<MultiValue> {
    let shared = args.lab()?;
    let quiet = args.options(2)?.is_on("quiet")?;
    if shared.borrow().live.is_none() {
        return Err(Error::new(&explain::LAB_DOWN).into());
    }
    let assigned = prepare(args, &shared)?;
    if !quiet {
        for note in &assigned.notes {
            crate::script::output::note(note);
        }
    }
    let _rising = Rising::begin(&shared);
    let mut bar = Bar::new(quiet);
    let connected = {
        let state = &mut *shared.borrow_mut();
        let report = &mut |progress| bar.build(progress);
        with_live(&mut state.live, |live| lab::apply::connect(&state.plan, &assigned, live, report))
    };
    drop(bar);
    let applied = connected.map_err(|error| went_on(&shared, error))?;
    let started = set_up(args, &shared, &applied);
    let state = &mut *shared.borrow_mut();
    if let Err(error) = started {
        with_live(&mut state.live, |live| {
            applied.take_back(live);
            Ok(())
        })?;
        return Err(error);
    }
    // What is up is what is planned now.
    state.built = None;
    values(&args.lua, table(&args.lua, &applied.changes)?)
}

fn with_live<T>(live: &mut Option<Live>, work: impl FnOnce(&mut Live) -> Result<T>) -> Result<T> {
    live.as_mut().map_or_else(|| Err(Error::new(&explain::LAB_DOWN)), work)
}

/// Calls what gives options of nodes, and works out what the plan comes to.
fn prepare(args: &Args, shared: &Shared) -> mlua::Result<Rc<Assigned>> {
    shared.borrow().not_rising()?;
    let assigned = shared.borrow_mut().assigned()?;
    let handle = args.value(1);
    let handle = handle.as_userdata().ok_or_else(|| args.wrong_type(1, "a lab"))?;
    let _rising = Rising::begin(shared);
    calls::compute(handle, shared)?;
    Ok(assigned)
}

/// Sets the new nodes up: the script's functions, then their commands.
fn set_up(args: &Args, shared: &Shared, applied: &Applied) -> mlua::Result<()> {
    let handle = args.value(1);
    let handle = handle.as_userdata().ok_or_else(|| args.wrong_type(1, "a lab"))?;
    let is_new = |node: &str| shared.borrow().node_index(node).is_some_and(|place| applied.new.contains(&place));
    calls::set_up(handle, shared, is_new)?;
    let start = {
        let state = shared.borrow();
        state.live.as_ref().map(|live| applied.start(&state.plan, live))
    };
    start.map_or(Ok(()), crate::wait::block).map_err(|error| went_on(shared, error))?;
    Ok(())
}

/// An error of a change that was made in part.
fn went_on(shared: &Shared, error: Error) -> Error {
    let error = shared.borrow().declared_by(error);
    if error.is(&explain::INTERRUPTED) {
        return error;
    }
    error.note("what was changed before stays: net:diff() tells what is left, net:apply() goes on with it")
}

/// Changes as a table that prints as one line each.
fn table(lua: &Lua, changes: &[Change]) -> mlua::Result<Table> {
    let list = lua.create_table()?;
    for change in changes {
        let record = Record::new(lua)?
            .set("action", change.action.name())?
            .set("what", change.what.as_ref())?
            .set("node", change.node.as_str())?
            .set("name", change.name.as_deref())?
            .set("have", change.have.as_deref())?
            .set("want", change.want.as_deref())?;
        list.raw_push(record.table())?;
    }
    with_text(lua, &list, Changes(changes).to_string())?;
    Ok(list)
}

/// `node:configure(opts)`: merges into the plan.
pub(super) fn configure(args: &mut Args) -> mlua::Result<MultiValue> {
    let handle = args.value(1);
    let Some(node) = handle.as_userdata().and_then(|handle| handle.borrow::<NodeHandle>().ok()) else {
        return Err(args.wrong_type(1, "a node of a lab").into());
    };
    args.table(2)?;
    let given = args.options(2)?;
    if let Some(key) = options::COMPUTED.iter().find(|key| matches!(given.value(key), Some(mlua::Value::Function(_)))) {
        return Err(given.wrong_type(key, "a value: functions are given where a node is declared").into());
    }
    let index = node.index()?;
    let mut state = node.lab.borrow_mut();
    let mut changed = state.plan.nodes[index].clone();
    options::configure(&mut changed, &given)?;
    state.changed()?;
    state.plan.nodes[index] = changed;
    args.nothing()
}

impl Lab {
    /// The plan is about to change: what it came to is worked out anew. What is up stays as it is until `apply`.
    ///
    /// Errors: the lab is coming up (`EBUSY`).
    pub(super) fn changed(&mut self) -> Result<()> {
        self.not_rising()?;
        self.touched()
    }

    /// As [`Lab::changed`], also while the lab comes up.
    pub(super) fn touched(&mut self) -> Result<()> {
        if self.live.is_some() && self.built.is_none() {
            let assigned = self.assigned()?;
            self.built = Some(Built { plan: self.plan.clone(), assigned, cables: self.cables.clone() });
        }
        self.assigned = None;
        Ok(())
    }

    /// The plan with what is up pinned to its names and addresses.
    pub(super) fn pinned(&self) -> Option<Plan> {
        let built = self.built.as_ref()?;
        let places: std::collections::HashMap<u64, usize> =
            built.cables.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let links: Vec<Option<usize>> = self.cables.iter().map(|id| places.get(id).copied()).collect();
        Some(lab::assign::pinned(&self.plan, &built.plan, &built.assigned, &links))
    }

    /// Calls `work` with what is up, the plan that it was last made to follow, and what that came to.
    ///
    /// Errors: it is not up (`ENOENT`); those of `work`.
    pub(super) fn on_live<T>(&mut self, work: impl FnOnce(&Plan, &Assigned, &Live) -> Result<T>) -> Result<T> {
        let current = if self.built.is_none() { Some(self.assigned()?) } else { None };
        let (plan, assigned) = match (&self.built, &current) {
            (Some(built), _) => (&built.plan, &built.assigned),
            (None, Some(assigned)) => (&self.plan, assigned),
            (None, None) => return Err(Error::new(&explain::LAB_DOWN)),
        };
        work(plan, assigned, self.live.as_ref().ok_or_else(|| Error::new(&explain::LAB_DOWN))?)
    }

    /// As [`Lab::on_live`] for one link, with its place in that plan.
    ///
    /// Errors: the link was declared since (`ENOENT`).
    pub(super) fn on_cable<T>(
        &mut self,
        id: u64,
        work: impl FnOnce(&Plan, &Assigned, &Live, usize) -> Result<T>,
    ) -> Result<T> {
        let place = self.standing_cable(id);
        self.on_live(|plan, assigned, live| work(plan, assigned, live, place?))
    }

    /// Where a link stands in the plan that what is up follows.
    fn standing_cable(&self, id: u64) -> Result<usize> {
        let cables = self.built.as_ref().map_or(&self.cables, |built| &built.cables);
        let place = cables.iter().position(|known| *known == id);
        place.ok_or_else(|| Error::new(&explain::LAB_LINK_WAITS))
    }

    /// Whether a link is up.
    pub(super) fn has_cable(&self, id: u64) -> bool {
        self.live.is_some() && self.standing_cable(id).is_ok()
    }

    /// A link of the plan that is up was changed in the kernel, too.
    pub(super) fn changed_alike(&mut self, id: u64, link: &lab::Link) {
        if let Some(built) = &mut self.built
            && let Some(place) = built.cables.iter().position(|known| *known == id)
        {
            let (a, b) = (built.plan.links[place].a.node, built.plan.links[place].b.node);
            built.plan.links[place] = link.clone();
            (built.plan.links[place].a.node, built.plan.links[place].b.node) = (a, b);
        }
    }
}
