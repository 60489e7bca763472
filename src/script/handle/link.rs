//! `Link`: an interface as scripts hold it.

use std::cell::{Cell, RefCell};

use mlua::{Lua, UserData, UserDataMethods, Value};

use super::{Handle, add_common, closing};
use crate::error::Result;
use crate::kernel::device::{Device, check_name};
use crate::kernel::link;
use crate::kernel::namespace::Namespace;
use crate::script::bind::Form;
use crate::script::registry::Function;

/// An interface: by its index once that is known, so that it survives a rename; by its name while it is a reference to
/// what may be made a moment later.
pub(in crate::script) struct LinkHandle {
    namespace: Namespace,
    name: RefCell<String>,
    index: Option<u32>,
    /// The call that gave this handle made the link.
    made: Cell<bool>,
}

impl LinkHandle {
    /// Whatever is called `name` in `namespace` at each call, whether it is there yet or not.
    pub(in crate::script) fn reference(namespace: &Namespace, name: &str) -> Result<Self> {
        check_name(name)?;
        Ok(Self {
            namespace: namespace.clone(),
            name: RefCell::new(name.to_owned()),
            index: None,
            made: Cell::new(false),
        })
    }

    /// The link that `device` names now, and no other that may get the name later.
    pub(in crate::script) fn found(device: &Device) -> Result<Self> {
        let index = device.index()?;
        let name = RefCell::new(device.name.clone());
        Ok(Self { namespace: device.namespace.clone(), name, index: Some(index), made: Cell::new(false) })
    }

    /// The same, and this handle's end deletes it.
    pub(in crate::script) fn made(device: &Device) -> Result<Self> {
        let handle = Self::found(device)?;
        handle.made.set(true);
        Ok(handle)
    }

    /// The device: by its index, under the name it was last seen with.
    pub(in crate::script) fn device(&self) -> Result<Device> {
        let last = self.name.borrow();
        match self.index {
            Some(index) => Ok(Device::known(&self.namespace, &last, index)),
            None => Device::new(&self.namespace, &last),
        }
    }

    /// The device under the name it has now.
    pub(in crate::script) fn named_device(&self) -> Result<Device> {
        let Some(index) = self.index else { return self.device() };
        let device = link::resolve(&self.namespace, index, &self.name.borrow())?;
        self.name.replace(device.name.clone());
        Ok(device)
    }

    /// Deletes the link if this handle made it. Gone already counts as done.
    fn end(&self) -> Result<()> {
        if !self.made.replace(false) {
            return Ok(());
        }
        match self.device().and_then(|device| link::delete(&device)) {
            Err(error) if matches!(error.code().as_str(), "ENODEV" | "ENOENT") => Ok(()),
            other => other,
        }
    }
}

impl Handle for LinkHandle {
    const TYPE: &'static str = "Link";
    const FIELDS: &'static [&'static str] = &["name", "index", "netns"];
    const FORM: Form = Form::OfHandle;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        Ok(match name {
            "name" => Value::String(lua.create_string(&self.named_device()?.name)?),
            "index" => Value::Integer(match self.index {
                Some(index) => index.into(),
                None => self.device()?.index()?.into(),
            }),
            _ => Value::UserData(lua.create_userdata(super::NetnsHandle::found(self.namespace.clone()))?),
        })
    }

    fn method_name(function: &'static Function) -> Option<&'static str> {
        function.on_link()
    }

    fn text(&self) -> String {
        // What is gone is called as it was called last.
        let device = self.named_device().or_else(|_| self.device());
        device.map_or_else(|_| self.name.borrow().clone(), |device| device.to_string())
    }
}

impl UserData for LinkHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        methods.add_meta_method("__eq", |_, this, other: Value| {
            let Some(other) = other.as_userdata().and_then(|other| other.borrow::<Self>().ok()) else {
                return Ok(false);
            };
            let same = match (this.index, other.index) {
                (Some(one), Some(two)) => one == two,
                _ => *this.name.borrow() == *other.name.borrow(),
            };
            // What is gone is the same as nothing.
            Ok(same && this.namespace.same(&other.namespace).unwrap_or(false))
        });
        methods.add_meta_method("__close", |_, this, _: Value| closing(|| this.end()));
    }
}
