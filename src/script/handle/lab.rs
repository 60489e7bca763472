//! `Lab`, `Node`, `Cable`: a lab as scripts hold it. All state is in the shared lab; the handles are names in it.

use std::rc::Rc;

use mlua::{Lua, UserData, UserDataMethods, Value};

use super::{Handle, add_common, closing};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::Namespace;
use crate::script::bind::Form;
use crate::script::lab::{Lab, Shared, fields};
use crate::script::registry::Function;

/// A whole lab.
pub(in crate::script) struct LabHandle(pub(in crate::script) Shared);

/// A node of it, by its name.
pub(in crate::script) struct NodeHandle {
    pub(in crate::script) lab: Shared,
    pub(in crate::script) name: String,
}

/// A link of it, by the number it was given when it was declared.
pub(in crate::script) struct CableHandle {
    pub(in crate::script) lab: Shared,
    pub(in crate::script) id: u64,
}

impl NodeHandle {
    /// Where the node stands in the plan.
    pub(in crate::script) fn index(&self) -> Result<usize> {
        self.lab
            .borrow()
            .node_index(&self.name)
            .ok_or_else(|| Error::new(&explain::LAB_NODE_REMOVED).with("node", &self.name).object(&self.name))
    }

    /// The node's namespace, once it is up.
    pub(in crate::script) fn namespace(&self) -> Result<Namespace> {
        let index = self.index()?;
        self.lab.borrow().namespace(index)
    }
}

impl CableHandle {
    /// Where the link stands in the plan.
    pub(in crate::script) fn index(&self) -> Result<usize> {
        self.lab.borrow().cable_index(self.id).ok_or_else(|| Error::new(&explain::LAB_LINK_REMOVED))
    }
}

impl Handle for LabHandle {
    const TYPE: &'static str = "Lab";
    const FIELDS: &'static [&'static str] = &["name", "nodes", "links", "stats"];
    const FORM: Form = Form::OfHandle;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        match name {
            "name" => match &self.0.borrow().plan().name {
                Some(name) => Ok(Value::String(lua.create_string(name)?)),
                None => Ok(Value::Nil),
            },
            "nodes" => fields::nodes(lua, &self.0),
            "links" => fields::links(lua, &self.0),
            _ => fields::stats(lua, &self.0),
        }
    }

    fn text(&self) -> String {
        self.0.borrow().to_string()
    }
}

impl Handle for NodeHandle {
    const TYPE: &'static str = "Node";
    const FIELDS: &'static [&'static str] = &["name", "kind", "role", "interfaces", "netns", "id", "inode", "path"];
    const FORM: Form = Form::OfNamespace;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        match name {
            "name" => Ok(Value::String(lua.create_string(&self.name)?)),
            "netns" => Ok(Value::UserData(lua.create_userdata(super::NetnsHandle::found(self.namespace()?))?)),
            "interfaces" => fields::interfaces(lua, self),
            "id" | "inode" | "path" => super::NetnsHandle::found(self.namespace()?).field(lua, name),
            field => fields::node_field(lua, self, field),
        }
    }

    fn method_name(function: &'static Function) -> Option<&'static str> {
        function.method_of(Self::TYPE).or_else(|| function.on_namespace())
    }

    fn text(&self) -> String {
        self.name.clone()
    }
}

impl Handle for CableHandle {
    const TYPE: &'static str = "Cable";
    const FIELDS: &'static [&'static str] = &["a", "b"];
    const FORM: Form = Form::OfHandle;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        fields::end(lua, self, if name == "a" { 0 } else { 1 })
    }

    fn text(&self) -> String {
        match self.index() {
            Ok(index) => self.lab.borrow().cable_text(index),
            Err(_) => "removed link".to_owned(),
        }
    }
}

impl UserData for LabHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__close", |_, this, _: Value| {
            closing(|| match Lab::take_down(&this.0).into_iter().next() {
                Some(error) => Err(error),
                None => Ok(()),
            })
        });
    }
}

impl UserData for NodeHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__eq", |_, this, other: Value| {
            let other = other.as_userdata().and_then(|other| other.borrow::<Self>().ok());
            Ok(other.is_some_and(|other| Rc::ptr_eq(&this.lab, &other.lab) && this.name == other.name))
        });
    }
}

impl UserData for CableHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__eq", |_, this, other: Value| {
            let other = other.as_userdata().and_then(|other| other.borrow::<Self>().ok());
            Ok(other.is_some_and(|other| Rc::ptr_eq(&this.lab, &other.lab) && this.id == other.id))
        });
    }
}
