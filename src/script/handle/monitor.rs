//! `Monitor`: names of namespaces as they come and go, one at each call.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mlua::{Lua, MultiValue, UserData, UserDataFields, UserDataMethods, Value};

use super::{Handle, add_common};
use crate::error::Result;
use crate::kernel::namespace::watch::{Action, Event, Monitor};
use crate::script::bind::{self, Form, Waiting};
use crate::script::records::{self, Record};
use crate::script::registry::Function;
use crate::wait::{Operation, Step};

/// A listener on /run/netns; none once it is closed.
pub(in crate::script) struct MonitorHandle {
    monitor: Rc<RefCell<Option<Monitor>>>,
    timeout: Option<Duration>,
}

impl MonitorHandle {
    /// Listens since `monitor` was made; waits at most `timeout` for each event, then ends the loop.
    pub(in crate::script) fn new(monitor: Monitor, timeout: Option<Duration>) -> Self {
        Self { monitor: Rc::new(RefCell::new(Some(monitor))), timeout }
    }
}

/// Waits for the next event; none when the time is over or the monitor was closed.
struct NextEvent {
    monitor: Rc<RefCell<Option<Monitor>>>,
    deadline: Option<Instant>,
}

impl Operation for NextEvent {
    type Output = Option<Event>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        match self.monitor.borrow_mut().as_mut() {
            Some(monitor) => monitor.next(self.deadline).step(),
            None => Ok(Step::Done(None)),
        }
    }
}

/// `{action=, name=}`, or nil at the end.
fn give(lua: &Lua, event: Option<Event>) -> mlua::Result<MultiValue> {
    let Some(event) = event else { return bind::values(lua, Value::Nil) };
    let action = match event.action {
        Action::Add => "add",
        Action::Delete => "delete",
    };
    let name = lua.create_string(event.name.as_encoded_bytes())?;
    let record = Record::new(lua)?.set("action", action)?.set("name", name)?.table();
    bind::values(lua, records::one(lua, record)?)
}

impl Handle for MonitorHandle {
    const TYPE: &'static str = "Monitor";
    const FIELDS: &'static [&'static str] = &[];
    const FORM: Form = Form::OfHandle;

    fn field(&self, _: &Lua, _: &str) -> mlua::Result<Value> {
        Ok(Value::Nil)
    }

    fn method_name(_: &'static Function) -> Option<&'static str> {
        None
    }

    fn text(&self) -> String {
        "netns.monitor".to_owned()
    }
}

impl UserData for MonitorHandle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field_with("__call", |lua| {
            bind::waiting(lua, "netns.monitor", |_, mut values| {
                let this = values.pop_front().unwrap_or(Value::Nil);
                let this =
                    this.as_userdata().ok_or_else(|| mlua::Error::runtime("a monitor is called by a for loop"))?;
                let this = this.borrow::<Self>()?;
                let deadline = this.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
                Ok(Waiting::new(NextEvent { monitor: Rc::clone(&this.monitor), deadline }, give))
            })
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__close", |_, this, _: Value| {
            this.monitor.borrow_mut().take();
            Ok(())
        });
    }
}
