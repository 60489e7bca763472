//! `Task`: a function that runs beside the script.

use std::rc::Rc;

use mlua::{AnyUserData, Lua, MultiValue, UserData, UserDataMethods, Value};

use super::{Handle, add_common};
use crate::error::{Error, explain};
use crate::script::args::Args;
use crate::script::bind::{Form, Waiting};
use crate::script::registry::{Acts, Call, Function};
use crate::script::task::{Task, Tasks, cannot_wait};

/// A task, which goes on when its handle is forgotten.
pub(in crate::script) struct TaskHandle(Rc<Task>);

impl TaskHandle {
    pub(in crate::script) fn new(task: Rc<Task>) -> Self {
        Self(task)
    }
}

pub(in crate::script) static FUNCTIONS: &[Function] = &[
    Function {
        name: "task.await",
        acts: Acts::Method("Task"),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Tries(wait),
    },
    Function::new("task.cancel", Acts::Method("Task"), 1, cancel),
];

impl Args {
    fn task(&self) -> mlua::Result<Rc<Task>> {
        match self.value(1).as_userdata().and_then(|handle| handle.borrow::<TaskHandle>().ok()) {
            Some(handle) => Ok(Rc::clone(&handle.0)),
            None => Err(self.wrong_type(1, "a Task").into()),
        }
    }
}

/// `task:await()`: what the function returned, or what it raised.
fn wait(args: &mut Args) -> mlua::Result<Waiting> {
    let task = args.task()?;
    if Tasks::of(&args.lua)?.is_current(&task) {
        return Err(Error::new(&explain::TASK_AWAITS_ITSELF).into());
    }
    let lua = args.lua.clone();
    let in_place = Rc::clone(&task);
    Ok(Waiting::scheduled(async move { task.ended().await.give(&lua) }, move |lua| match in_place.outcome() {
        Some(outcome) => outcome.give(lua),
        None => Err(cannot_wait()),
    }))
}

/// `task:cancel()`.
fn cancel(args: &mut Args) -> mlua::Result<MultiValue> {
    args.task()?.cancel();
    args.nothing()
}

impl Handle for TaskHandle {
    const TYPE: &'static str = "Task";
    const FIELDS: &'static [&'static str] = &[];
    const FORM: Form = Form::OfHandle;

    fn field(&self, _: &Lua, _: &str) -> mlua::Result<Value> {
        Ok(Value::Nil)
    }

    fn text(&self) -> String {
        format!("task ({})", self.0.state())
    }
}

impl UserData for TaskHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_function("__close", |_, (this, _): (AnyUserData, Value)| {
            let task = Rc::clone(&this.borrow::<Self>()?.0);
            task.cancel();
            Ok(())
        });
    }
}
