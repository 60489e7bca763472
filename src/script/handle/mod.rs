//! Userdata: identities that are resolved at each call, with methods from the registry.
//!
//! A handle's fields are asked for each time; every other key is a method, made when it is first called.

mod lab;
mod link;
mod monitor;
mod netns;
mod process;
mod task;

use mlua::{AnyUserData, Lua, MultiValue, Table, UserData, UserDataMethods, Value};

pub(super) use lab::{CableHandle, LabHandle, NodeHandle};
pub(super) use link::LinkHandle;
pub(super) use monitor::{Listener, MonitorHandle, Objects};
pub(super) use netns::NetnsHandle;
pub(super) use process::{FUNCTIONS as PROCESS_FUNCTIONS, ProcessHandle};
pub(super) use task::{FUNCTIONS as TASK_FUNCTIONS, TaskHandle};

use super::bind::{self, Form};
use super::cidr::CidrHandle;
use super::error::placed;
use super::registry::{self, Function};
use crate::error::{Error, Result, explain, nearest};
use crate::kernel::namespace::Namespace;

/// What all handles share.
pub(super) trait Handle: UserData + 'static {
    /// Its name in errors and in the reference.
    const TYPE: &'static str;
    /// The fields that reading finds, in the order of the reference.
    const FIELDS: &'static [&'static str];
    /// The form in which its methods are called.
    const FORM: Form;

    /// A field; only those of `FIELDS` are asked for.
    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value>;
    /// The name of a function as a method of this handle, if it is one.
    fn method_name(function: &'static Function) -> Option<&'static str> {
        function.method_of(Self::TYPE)
    }
    /// What one would type.
    fn text(&self) -> String;
}

/// A type of handles.
struct Type {
    is: fn(&AnyUserData) -> bool,
    name: &'static str,
    fields: &'static [&'static str],
    method_name: fn(&'static Function) -> Option<&'static str>,
}

impl Type {
    const fn of<H: Handle>() -> Self {
        Self { is: AnyUserData::is::<H>, name: H::TYPE, fields: H::FIELDS, method_name: H::method_name }
    }

    fn find(handle: &AnyUserData) -> Option<&'static Self> {
        TYPES.iter().find(|known| (known.is)(handle))
    }
}

static TYPES: &[Type] = &[
    Type::of::<NetnsHandle>(),
    Type::of::<LinkHandle>(),
    Type::of::<ProcessHandle>(),
    Type::of::<MonitorHandle>(),
    Type::of::<LabHandle>(),
    Type::of::<NodeHandle>(),
    Type::of::<CableHandle>(),
    Type::of::<TaskHandle>(),
    Type::of::<CidrHandle>(),
];

/// The name of a handle's type: `Netns`, `Link`, …
pub(super) fn type_name(value: &Value) -> Option<&'static str> {
    Type::find(value.as_userdata()?).map(|known| known.name)
}

/// The names behind a handle's dot, or its methods alone, for completion.
pub fn members(handle: &AnyUserData, methods: bool) -> Vec<String> {
    let Some(known) = Type::find(handle) else { return Vec::new() };
    let fields = known.fields.iter().copied().filter(|_| !methods);
    registry::functions().filter_map(known.method_name).chain(fields).map(str::to_owned).collect()
}

/// Gives a handle its fields, methods and text.
pub(super) fn add_common<H: Handle, M: UserDataMethods<H>>(methods: &mut M) {
    methods.add_meta_function("__index", |lua, (this, key): (AnyUserData, Value)| {
        let Value::String(key) = key else { return Ok(Value::Nil) };
        let key = key.to_string_lossy();
        if H::FIELDS.contains(&key.as_str()) {
            return this.borrow::<H>()?.field(lua, &key).map_err(|error| placed(lua, error));
        }
        method::<H>(lua, &key)
    });
    methods.add_meta_function("__newindex", |lua, (_, key, _): (AnyUserData, Value, Value)| -> mlua::Result<()> {
        let (place, frames) = super::place::here(lua);
        let error = Error::new(&explain::FIELD_FIXED).with("type", H::TYPE).with("name", key.to_string()?);
        Err(error.place(place).frames(frames).into())
    });
    methods.add_meta_method("__tostring", |_, this, ()| Ok(crate::error::escape(&this.text())));
}

/// A method of `H`, made when it is first asked for.
fn method<H: Handle>(lua: &Lua, name: &str) -> mlua::Result<Value> {
    let cache = format!("nsl.methods.{}", H::TYPE);
    let methods = match lua.named_registry_value::<Option<Table>>(&cache)? {
        Some(methods) => methods,
        None => {
            let methods = lua.create_table()?;
            lua.set_named_registry_value(&cache, &methods)?;
            methods
        }
    };
    let known: Value = methods.raw_get(name)?;
    if !known.is_nil() {
        return Ok(known);
    }
    let Some(function) = registry::functions().find(|function| H::method_name(function) == Some(name)) else {
        let names = || registry::functions().filter_map(H::method_name).chain(H::FIELDS.iter().copied());
        let (place, frames) = super::place::here(lua);
        // `link_set` is `set` on a link.
        let plain = name.strip_prefix("link_").unwrap_or(name);
        let near = nearest(name, names()).or_else(|| nearest(plain, names()));
        let error = Error::new(&explain::NO_FIELD).with("type", H::TYPE).with("name", name).near(near);
        return Err(error.place(place).frames(frames).into());
    };
    let method = bind::function(lua, function, H::FORM)?;
    methods.raw_set(name, &method)?;
    Ok(Value::Function(method))
}

/// The namespace that a handle is: a `Netns`, or a node of a lab that is up.
pub(super) fn namespace_of(value: &Value) -> Option<Result<Namespace>> {
    let handle = value.as_userdata()?;
    if let Ok(netns) = handle.borrow::<NetnsHandle>() {
        return Some(Ok(netns.namespace().clone()));
    }
    handle.borrow::<NodeHandle>().ok().map(|node| node.namespace())
}

/// The link called `name` in the namespace of the handle `namespace`; `EINVAL` where the name says a namespace too.
pub(super) fn reference(lua: &Lua, namespace: &Value, name: &str) -> mlua::Result<Option<Value>> {
    let Some(namespace) = namespace_of(namespace) else { return Ok(None) };
    if let Some((_, link)) = name.split_once('/') {
        let error = Error::new(&explain::METHOD_DEVICE).with("name", name).with("link", link);
        return Err(error.object(name).into());
    }
    let link = LinkHandle::reference(&namespace?, name)?;
    Ok(Some(Value::UserData(lua.create_userdata(link)?)))
}

/// Runs the end of a handle: not interrupted again by what interrupted the script, and what is gone is no error.
pub(super) fn closing(end: impl FnOnce() -> crate::error::Result<()>) -> mlua::Result<MultiValue> {
    end()?;
    Ok(MultiValue::new())
}
