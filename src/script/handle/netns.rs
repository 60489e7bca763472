//! `Netns`: a namespace as scripts hold it.

use std::cell::Cell;

use mlua::{Lua, UserData, UserDataMethods, Value};

use super::{Handle, add_common, closing};
use crate::error::Result;
use crate::kernel::namespace::named::Delete;
use crate::kernel::namespace::{Namespace, id};
use crate::script::bind::Form;
use crate::script::registry::Function;

/// A namespace, and whether this handle's end ends it.
pub(in crate::script) struct NetnsHandle {
    namespace: Namespace,
    /// The call that gave this handle made the namespace or its name.
    made: Cell<bool>,
}

impl NetnsHandle {
    /// A handle whose end takes away what it made.
    pub(in crate::script) fn made(namespace: Namespace) -> Self {
        Self { namespace, made: Cell::new(true) }
    }

    /// A handle that only lets go.
    pub(in crate::script) fn found(namespace: Namespace) -> Self {
        Self { namespace, made: Cell::new(false) }
    }

    pub(in crate::script) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Ends what the handle made: processes first, then the namespace or its name. Gone already counts as done.
    pub(in crate::script) fn end(&self) -> Result<()> {
        if !self.made.replace(false) {
            return Ok(());
        }
        if self.namespace.name().is_some() {
            return match self.namespace.delete(Delete { missing_ok: true, ..Delete::default() }) {
                // Another namespace has the name by now: it is not ours to delete.
                Err(error) if error.code() == "ENOENT" => Ok(()),
                other => other,
            };
        }
        crate::process::end_in(&self.namespace)?;
        self.namespace.close()
    }
}

impl Handle for NetnsHandle {
    const TYPE: &'static str = "Netns";
    const FIELDS: &'static [&'static str] = &["name", "id", "inode", "path"];
    const FORM: Form = Form::OfNamespace;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        let namespace = &self.namespace;
        Ok(match name {
            "name" => match namespace.name() {
                Some(name) => Value::String(lua.create_string(name)?),
                None => Value::Nil,
            },
            "id" => id::get(namespace)?.map_or(Value::Nil, |id| Value::Integer(id.into())),
            "inode" => Value::Integer(namespace.inode()?.cast_signed()),
            _ => Value::String(lua.create_string(namespace.path()?.as_os_str().as_encoded_bytes())?),
        })
    }

    fn method_name(function: &'static Function) -> Option<&'static str> {
        function.on_namespace()
    }

    fn text(&self) -> String {
        self.namespace.label()
    }
}

impl UserData for NetnsHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__eq", |_, this, other: Value| {
            let Some(other) = other.as_userdata().and_then(|other| other.borrow::<Self>().ok()) else {
                return Ok(false);
            };
            // What is gone is the same as nothing.
            Ok(this.namespace.same(&other.namespace).unwrap_or(false))
        });
        methods.add_meta_method("__close", |_, this, _: Value| closing(|| this.end()));
    }
}
