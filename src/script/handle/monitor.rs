//! `Monitor`: what comes and goes, one event at each call.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mlua::{Lua, MultiValue, Table, UserData, UserDataFields, UserDataMethods, Value};

use super::{Handle, add_common};
use crate::error::Result;
use crate::kernel::events::{self, Follower};
use crate::kernel::namespace::watch::{self, Action, Monitor};
use crate::script::bind::{self, Form, Waiting};
use crate::script::events::Texts;
use crate::script::records::{self, Record};
use crate::script::registry::Function;
use crate::wait::{Operation, Step};

/// What is listened to.
pub(in crate::script) enum Listener {
    /// Names in /run/netns.
    Names(Monitor),
    /// What is in namespaces.
    Objects(Objects),
}

/// Objects of namespaces.
pub(in crate::script) struct Objects {
    follower: Box<Follower>,
    texts: Texts,
    /// Events that are tables already: some dozens are made at once.
    made: std::vec::IntoIter<Table>,
}

/// How many events are made into tables at once.
const TOGETHER: usize = 64;

impl Objects {
    /// What `follower` tells.
    pub(in crate::script) fn new(follower: Follower, texts: Texts) -> Self {
        Self { follower: Box::new(follower), texts, made: Vec::new().into_iter() }
    }

    /// An event that was read already, if there is one.
    fn take(&mut self, lua: &Lua) -> mlua::Result<Option<Table>> {
        if self.made.len() == 0 {
            let events: Vec<_> = std::iter::from_fn(|| self.follower.pop()).take(TOGETHER).collect();
            if !events.is_empty() {
                self.made = self.texts.events(lua, &events)?.into_iter();
            }
        }
        Ok(self.made.next())
    }
}

/// A listener; none once it is closed.
pub(in crate::script) struct MonitorHandle {
    listener: Rc<RefCell<Option<Listener>>>,
    timeout: Option<Duration>,
}

impl MonitorHandle {
    /// Listens since `listener` was made; waits at most `timeout` for each event, then ends the loop.
    pub(in crate::script) fn new(listener: Listener, timeout: Option<Duration>) -> Self {
        Self { listener: Rc::new(RefCell::new(Some(listener))), timeout }
    }
}

/// Waits for the next event; none when the time is over or the monitor was closed.
struct NextEvent {
    listener: Rc<RefCell<Option<Listener>>>,
    deadline: Option<Instant>,
}

/// What has happened.
enum Told {
    Name(watch::Event),
    Object(Box<events::Event>, Texts),
}

impl Operation for NextEvent {
    type Output = Option<Told>;

    fn step(&mut self) -> Result<Step<Self::Output>> {
        Ok(match self.listener.borrow_mut().as_mut() {
            Some(Listener::Names(monitor)) => match monitor.next(self.deadline).step()? {
                Step::Done(event) => Step::Done(event.map(Told::Name)),
                Step::Wait(needs) => Step::Wait(needs),
            },
            Some(Listener::Objects(objects)) => match objects.follower.next(self.deadline).step()? {
                Step::Done(event) => {
                    Step::Done(event.map(|event| Told::Object(Box::new(event), objects.texts.clone())))
                }
                Step::Wait(needs) => Step::Wait(needs),
            },
            None => Step::Done(None),
        })
    }
}

/// The event as a table, or nil at the end.
fn give(lua: &Lua, told: Option<Told>) -> mlua::Result<MultiValue> {
    let event = match told {
        None => return bind::values(lua, Value::Nil),
        Some(Told::Object(event, texts)) => return bind::values(lua, texts.events(lua, &[*event])?.pop()),
        Some(Told::Name(event)) => event,
    };
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
        let is_names = matches!(&*self.listener.borrow(), Some(Listener::Names(_)) | None);
        if is_names { "netns.monitor" } else { "netns.events" }.to_owned()
    }
}

/// What a for loop calls: an event that was read already is given without the cost of a wait.
fn next(lua: &Lua) -> mlua::Result<mlua::Function> {
    let take = bind::now(lua, "netns.events", |lua, mut values| {
        let this = values.pop_front().unwrap_or(Value::Nil);
        let Some(this) = this.as_userdata() else { return bind::values(lua, Value::Nil) };
        let this = this.borrow::<MonitorHandle>()?;
        let mut listener = this.listener.borrow_mut();
        let Some(Listener::Objects(objects)) = listener.as_mut() else {
            return bind::values(lua, Value::Nil);
        };
        bind::values(lua, objects.take(lua)?)
    })?;
    let wait = bind::waiting(lua, "netns.monitor", |_, mut values| {
        let this = values.pop_front().unwrap_or(Value::Nil);
        let this = this.as_userdata().ok_or_else(|| mlua::Error::runtime("a monitor is called by a for loop"))?;
        let this = this.borrow::<MonitorHandle>()?;
        let deadline = this.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Ok(Waiting::new(NextEvent { listener: Rc::clone(&this.listener), deadline }, give))
    })?;
    lua.named_registry_value::<mlua::Function>("nsl.ready")?.call((take, wait))
}

impl UserData for MonitorHandle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field_with("__call", next);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__close", |_, this, _: Value| {
            this.listener.borrow_mut().take();
            Ok(())
        });
    }
}
