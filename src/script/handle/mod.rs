//! Userdata: identities that are resolved at each call, with methods from the registry.

use mlua::{Lua, Value};

/// The name of a handle's type: `Netns`, `Link`, …
pub(super) fn type_name(_value: &Value) -> Option<&'static str> {
    None
}

/// The link called `name` in the namespace of the handle `namespace`.
pub(super) fn reference(_lua: &Lua, _namespace: &Value, _name: &str) -> mlua::Result<Option<Value>> {
    Ok(None)
}
