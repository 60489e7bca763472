//! A lab that a chunk returned, for what the command line does with one: a file declares it and returns it.

use std::rc::Rc;

use mlua::{AnyUserData, Lua, MultiValue, Value};

use super::Shared;
use crate::error::{Error, Result};
use crate::lab::{Assigned, Plan};
use crate::script::error::Failure;
use crate::script::handle::{LabHandle, NodeHandle};
use crate::script::load::Source;
use crate::script::vm::Vm;

/// A lab that a chunk returned.
pub struct ReturnedLab {
    handle: AnyUserData,
    lab: Shared,
}

impl ReturnedLab {
    /// The lab that stands first among what a chunk returned.
    pub fn among(values: &MultiValue) -> Option<Self> {
        let handle = values.front()?.as_userdata()?;
        let lab = Rc::clone(&handle.borrow::<LabHandle>().ok()?.0);
        Some(Self { handle: handle.clone(), lab })
    }

    /// Its name, if the script gave it one.
    pub fn name(&self) -> Option<String> {
        self.lab.borrow().plan.name.clone()
    }

    /// Gives it a name if it has none.
    ///
    /// Errors: the name cannot be one of a lab (`EINVAL`).
    pub fn give_name(&self, name: &str) -> Result<()> {
        let mut lab = self.lab.borrow_mut();
        if lab.plan.name.is_none() {
            crate::kernel::namespace::names::check(name.as_ref())?;
            if lab.plan.options.prefix.is_empty() {
                lab.plan.options.prefix = format!("{name}-");
            }
            lab.plan.name = Some(name.to_owned());
        }
        Ok(())
    }

    /// Whether it is up already.
    pub fn is_up(&self) -> bool {
        self.lab.borrow().live.is_some()
    }

    /// Takes over the kept lab of its name, to be changed to its plan; false if there is none that is up.
    ///
    /// Errors: a running script holds it (`EEXIST`), or another user (`EPERM`).
    pub fn adopt(&self) -> Result<bool> {
        let mut lab = self.lab.borrow_mut();
        if let (None, Some(name)) = (&lab.live, &lab.plan.name) {
            lab.live = crate::lab::named::adopt(name)?;
            return Ok(lab.live.is_some());
        }
        Ok(false)
    }

    /// What its plan comes to.
    ///
    /// Errors: what cannot be, with the line that declared it.
    pub fn assigned(&self) -> Result<Rc<Assigned>> {
        self.lab.borrow_mut().assigned()
    }

    /// Calls `work` with its plan.
    pub fn with_plan<T>(&self, work: impl FnOnce(&Plan) -> T) -> T {
        work(&self.lab.borrow().plan)
    }

    /// A chunk that is `text` and is given the lab as `net`. Its own lines are nothing that a user wrote: see
    /// [`ReturnedLab::unplaced`].
    pub fn chunk(&self, vm: &Vm, text: &str) -> std::result::Result<mlua::Function, Box<Failure>> {
        let source = Source::text(CHUNK, format!("local net = ... {text}").into_bytes());
        let bound = vm.compile(&source)?.bind(&self.handle);
        bound.map_err(|error| Box::new(Failure::from_lua(&error)))
    }

    /// An error without what it says of the lines of [`ReturnedLab::chunk`].
    #[must_use]
    pub fn unplaced(mut failure: Failure) -> Failure {
        let is_own = |text: &str| text.starts_with(&format!("{}:", &CHUNK[1..]));
        failure.place = failure.place.filter(|place| place.file != CHUNK[1..]);
        failure.frames.retain(|frame| !is_own(frame));
        failure
    }

    /// Makes its nodes globals, and itself `net`; what has such a name already stays. Gives the names of the nodes that
    /// are none now.
    pub fn make_global(&self, lua: &Lua) -> mlua::Result<Vec<String>> {
        let globals = lua.globals();
        let mut left = Vec::new();
        let names: Vec<String> = self.lab.borrow().plan.nodes.iter().map(|node| node.name.clone()).collect();
        for name in names {
            if globals.raw_get::<Value>(name.as_str())?.is_nil() {
                globals.raw_set(name.as_str(), NodeHandle { lab: Rc::clone(&self.lab), name: name.clone() })?;
            } else {
                left.push(name);
            }
        }
        if globals.raw_get::<Value>("net")?.is_nil() {
            globals.raw_set("net", &self.handle)?;
        }
        Ok(left)
    }
}

/// The name of the command line's own chunks.
const CHUNK: &str = "=(nsl)";

/// A file that returned something else, or nothing.
pub fn returned_none(file: &str) -> Error {
    Error::new(&crate::error::explain::LAB_FILE).with("file", file).object(file)
}
