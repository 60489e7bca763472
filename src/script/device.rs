//! Names of interfaces as scripts give them: `"ns0/veth0"`, `"veth0"`, `"/eth0"`, or a `Link`.

use mlua::Value;

use super::args::Args;
use super::handle::{LinkHandle, namespace_of};
use super::options::Options;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::namespace::Namespace;

const EXPECTED: &str = "a device (\"ns/interface\" or a Link)";

impl Args {
    /// A device: `"ns/interface"`, `"interface"` where nsl runs, or a `Link`.
    pub(super) fn device(&self, position: usize) -> mlua::Result<Device> {
        match self.value(position) {
            Value::String(text) => Ok(parse(&text.to_string_lossy(), &Namespace::home())?),
            Value::UserData(handle) if handle.is::<LinkHandle>() => Ok(handle.borrow::<LinkHandle>()?.device()?),
            _ => Err(self.wrong_type(position, EXPECTED).into()),
        }
    }

    /// A namespace, or a device and the namespace that it is in: a string without a slash is a namespace.
    pub(super) fn device_or_namespace(&self, position: usize) -> mlua::Result<(Namespace, Option<Device>)> {
        let is_device = match self.value(position) {
            Value::String(text) => text.as_bytes().contains(&b'/'),
            Value::UserData(handle) if handle.is::<LinkHandle>() => true,
            Value::Nil => false,
            value if namespace_of(&value).is_some() => false,
            _ => return Err(self.wrong_type(position, "a device or a namespace").into()),
        };
        if !is_device {
            return Ok((self.namespace(position)?, None));
        }
        let device = self.device(position)?;
        Ok((device.namespace.clone(), Some(device)))
    }
}

/// `"ns0/veth0"`, `"veth0"` in the namespace `here`, `"/eth0"` where nsl runs.
pub(super) fn parse(text: &str, here: &Namespace) -> Result<Device> {
    let Some((namespace, name)) = text.split_once('/') else { return Device::new(here, text) };
    if name.contains('/') {
        return Err(Error::new(&explain::DEVICE_SLASHES).with("name", text));
    }
    let namespace = if namespace.is_empty() { Namespace::home() } else { Namespace::called(namespace)? };
    Device::new(&namespace, name)
}

impl Options {
    /// The name of a device, which must be in the namespace `here`.
    pub(super) fn link_here(&self, key: &str, here: &Namespace) -> Result<Option<String>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let wrong = || self.wrong_type(key, "a device (\"interface\" or a Link)");
        let device = from_value(value, here).unwrap_or_else(|| Err(wrong()))?;
        if !device.namespace.same(here)? {
            let error = Error::new(&explain::DEVICE_ELSEWHERE).with("key", key).with("link", &device);
            return Err(error.with("namespace", here.label()).object(device));
        }
        Ok(Some(device.name))
    }

    /// A device, a bare name being in the namespace of the object the call acts on.
    pub(super) fn device(&self, key: &str, here: &Namespace) -> Result<Option<Device>> {
        self.value(key)
            .map(|value| from_value(value, here).unwrap_or_else(|| Err(self.wrong_type(key, EXPECTED))))
            .transpose()
    }
}

/// A device as a value gives it; none if the value is of no fitting type.
pub(super) fn from_value(value: &Value, here: &Namespace) -> Option<Result<Device>> {
    match value {
        Value::String(text) => Some(parse(&text.to_string_lossy(), here)),
        Value::UserData(handle) => handle.borrow::<LinkHandle>().ok().map(|link| link.named_device()),
        _ => None,
    }
}
