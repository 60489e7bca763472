//! `netns`: namespaces, every verb of `ip netns` but those that run programs.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use mlua::{Lua, MultiValue, Value};

use super::args::{Args, integer};
use super::bind::values;
use super::handle::{Listener, MonitorHandle, NetnsHandle, namespace_of};
use super::options::Options;
use super::records::{self, Record};
use super::registry::{Acts, Function};
use crate::error::Result;
use crate::kernel::namespace::{Namespace, all, anonymous, id, named, pids, watch};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("netns.list", Acts::Alone, 1, list).options(&["all"]),
    Function::new("netns.add", Acts::Alone, 2, add).options(&["exist_ok"]),
    Function::new("netns.get", Acts::Alone, 1, get),
    Function::new("netns.exists", Acts::Alone, 1, exists),
    Function::new("netns.attach", Acts::Alone, 2, attach),
    Function::new("netns.set", Acts::OnNamespace, 3, set).options(&["ns"]),
    Function::new("netns.delete", Acts::OnNamespace, 2, delete).options(&["force", "missing_ok"]),
    Function::new("netns.delete_all", Acts::Alone, 0, delete_all),
    Function::new("netns.identify", Acts::Alone, 1, identify),
    Function::new("netns.pids", Acts::OnNamespace, 1, pids_of),
    Function::new("netns.monitor", Acts::Alone, 1, monitor).options(&["timeout"]),
    Function::new("netns.list_id", Acts::Alone, 1, list_id).options(&["ns", "target", "nsid"]),
];

/// `netns.list{all=true}`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let lua = &args.lua;
    let records: Vec<mlua::Result<mlua::Table>> = if args.options(1)?.is_on("all")? {
        all::list_all()?
            .into_iter()
            .map(|found| {
                let record = Record::new(lua)?
                    .set("name", text(lua, found.name.as_deref())?)?
                    .set("id", found.id)?
                    .set("inode", found.inode)?
                    .set("path", text(lua, Some(found.path.as_os_str()))?)?;
                Ok(record.set("pids", found.pids)?.table())
            })
            .collect()
    } else {
        named::list()?
            .into_iter()
            .map(|found| {
                let path = std::path::Path::new(crate::kernel::namespace::DIRECTORY).join(&found.name);
                let record = Record::new(lua)?.set("name", text(lua, Some(&found.name))?)?;
                let record = record.set("id", found.id)?.set("inode", found.inode)?;
                Ok(record.set("path", text(lua, Some(path.as_os_str()))?)?.table())
            })
            .collect()
    };
    values(lua, records::list(lua, &["name", "id", "inode", "path", "pids"], records)?)
}

/// A name or path of any bytes as a Lua string.
pub(super) fn text(lua: &Lua, name: Option<&OsStr>) -> mlua::Result<Value> {
    name.map_or(Ok(Value::Nil), |name| lua.create_string(name.as_bytes()).map(Value::String))
}

/// `netns.add()`, `netns.add(name, {exist_ok=true})`.
fn add(args: &mut Args) -> mlua::Result<MultiValue> {
    if args.count() == 0 {
        return values(&args.lua, NetnsHandle::made(anonymous::add()?));
    }
    let name = args.name(1)?;
    let added = named::add(&name, args.options(2)?.is_on("exist_ok")?)?;
    give_added(args, added)
}

/// The handle on what was added; what the user should hear goes to stderr.
fn give_added(args: &Args, added: named::Added) -> mlua::Result<MultiValue> {
    if let Some(warning) = added.warning {
        super::output::warn(&warning);
    }
    let handle = if added.created { NetnsHandle::made(added.namespace) } else { NetnsHandle::found(added.namespace) };
    values(&args.lua, handle)
}

/// `netns.get(name_or_path_or_pid)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = source(args, 1)?;
    values(&args.lua, NetnsHandle::found(namespace))
}

/// An existing namespace: a number is a pid, a string with a slash a path, any other string a name.
fn source(args: &Args, position: usize) -> mlua::Result<Namespace> {
    let value = args.value(position);
    if let Some(pid) = integer(&value) {
        let pid = i32::try_from(pid).map_err(|_| args.wrong_value(position, "a pid", pid))?;
        return Ok(Namespace::get_pid(pid)?);
    }
    match value {
        Value::String(name) if name.as_bytes().contains(&b'/') => {
            Ok(Namespace::get_path(OsStr::from_bytes(&name.as_bytes()))?)
        }
        Value::String(name) => Ok(Namespace::get(OsStr::from_bytes(&name.as_bytes()))?),
        _ => args.namespace_handle(position, "a name, a path, a pid or a Netns"),
    }
}

/// As [`source`], of an option's value; none if it is of another type.
pub(super) fn found(value: &Value) -> Option<Result<Namespace>> {
    if let Some(pid) = integer(value) {
        return i32::try_from(pid).ok().map(Namespace::get_pid);
    }
    match value {
        Value::String(name) if name.as_bytes().contains(&b'/') => {
            Some(Namespace::get_path(OsStr::from_bytes(&name.as_bytes())))
        }
        Value::String(name) => Some(Namespace::get(OsStr::from_bytes(&name.as_bytes()))),
        other => namespace_of(other),
    }
}

/// `netns.exists(name)`.
fn exists(args: &mut Args) -> mlua::Result<MultiValue> {
    values(&args.lua, named::exists(args.name(1)?)?)
}

/// `netns.attach(name, pid_or_path_or_netns)`.
fn attach(args: &mut Args) -> mlua::Result<MultiValue> {
    let name = args.name(1)?;
    let added = named::attach(&name, &source(args, 2)?)?;
    give_added(args, added)
}

/// `netns.set(ns, id_or_auto, {ns=})`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let wanted = match args.value(2) {
        Value::String(word) if word.as_bytes() == *b"auto" => None,
        value => {
            let id = integer(&value).ok_or_else(|| args.wrong_type(2, "an id or \"auto\""))?;
            Some(i32::try_from(id).map_err(|_| args.wrong_value(2, "an id", id))?)
        }
    };
    values(&args.lua, id::set_in(&observer(&args.options(3)?)?, &namespace, wanted)?)
}

/// `netns.delete(name, {force=, missing_ok=})`; a handle deletes what it means, also without a name.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    let options = args.options(2)?;
    let how = named::Delete { force: options.is_on("force")?, missing_ok: options.is_on("missing_ok")? };
    match args.value(1) {
        Value::UserData(handle) if handle.is::<NetnsHandle>() => {
            let handle = handle.borrow::<NetnsHandle>()?;
            match handle.namespace().name() {
                None if handle.namespace().is_anonymous() => handle.end()?,
                _ => handle.namespace().delete(how)?,
            }
        }
        Value::String(_) => named::delete(args.name(1)?, how)?,
        _ => return Err(args.wrong_type(1, "a namespace (a name or a Netns)").into()),
    }
    args.nothing()
}

/// `netns.delete_all()`.
fn delete_all(args: &mut Args) -> mlua::Result<MultiValue> {
    values(&args.lua, named::delete_all()?)
}

/// `netns.identify(pid?)`.
fn identify(args: &mut Args) -> mlua::Result<MultiValue> {
    let pid = if args.absent(1) { None } else { Some(args.pid(1)?) };
    let names = pids::identify(pid)?;
    let names: mlua::Result<Vec<Value>> = names.iter().map(|name| text(&args.lua, Some(name))).collect();
    values(&args.lua, records::one(&args.lua, args.lua.create_sequence_from(names?)?)?)
}

/// `netns.pids(ns)`.
fn pids_of(args: &mut Args) -> mlua::Result<MultiValue> {
    let pids = args.lua.create_sequence_from(pids::pids(&args.namespace(1)?)?)?;
    values(&args.lua, records::one(&args.lua, pids)?)
}

/// `netns.monitor{timeout=}`: an iterator.
fn monitor(args: &mut Args) -> mlua::Result<MultiValue> {
    let timeout = args.options(1)?.duration("timeout")?;
    values(&args.lua, MonitorHandle::new(Listener::Names(watch::Monitor::new()?), timeout))
}

/// `ns=`: in which namespace ids are meant; in the one nsl runs in if it is absent.
fn observer(options: &Options) -> Result<Namespace> {
    match options.value("ns") {
        None => Ok(Namespace::home()),
        Some(value) => {
            found(value).unwrap_or_else(|| Err(options.wrong_type("ns", "a name, a path, a pid or a Netns")))
        }
    }
}

/// `netns.list_id{ns=, target=, nsid=}`.
fn list_id(args: &mut Args) -> mlua::Result<MultiValue> {
    let options = args.options(1)?;
    let (target, nsid) = (options.number("target", "an id")?, options.number("nsid", "an id")?);
    let ids = id::list_in(&observer(&options)?, target, nsid)?;
    let lua = &args.lua;
    let records = ids.into_iter().map(|found| {
        let record = Record::new(lua)?.set("id", found.id)?.set("current_id", found.current_id)?;
        Ok(record.set("name", text(lua, found.name.as_deref())?)?.table())
    });
    values(lua, records::list(lua, &["id", "current_id", "name"], records)?)
}

impl Args {
    /// A namespace's name, of any bytes.
    pub(super) fn name(&self, position: usize) -> mlua::Result<OsString> {
        Ok(OsString::from_vec(self.bytes(position)?))
    }

    /// A process's id.
    pub(super) fn pid(&self, position: usize) -> mlua::Result<i32> {
        let pid = integer(&self.value(position)).ok_or_else(|| self.wrong_type(position, "a pid"))?;
        Ok(i32::try_from(pid).map_err(|_| self.wrong_value(position, "a pid", pid))?)
    }

    /// A namespace: a name, a handle, or nil for the one nsl runs in.
    pub(super) fn namespace(&self, position: usize) -> mlua::Result<Namespace> {
        match self.value(position) {
            Value::Nil => Ok(Namespace::home()),
            Value::String(name) => Ok(Namespace::called(OsStr::from_bytes(&name.as_bytes()))?),
            _ => self.namespace_handle(position, "a namespace (a name or a Netns)"),
        }
    }

    fn namespace_handle(&self, position: usize, expected: &str) -> mlua::Result<Namespace> {
        match namespace_of(&self.value(position)) {
            Some(namespace) => Ok(namespace?),
            None => Err(self.wrong_type(position, expected).into()),
        }
    }
}

/// A namespace as an option's value gives it.
pub(super) fn from_value(value: &Value) -> Option<Result<Namespace>> {
    match value {
        Value::String(name) => Some(Namespace::called(OsStr::from_bytes(&name.as_bytes()))),
        other => namespace_of(other),
    }
}
