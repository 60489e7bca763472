//! `netns.events`: changes of links, addresses, routes and the rest, as they happen.

use mlua::{Lua, MultiValue, Table, Value};

use super::args::Args;
use super::bind::values;
use super::bulk::{self, Bulk};
use super::handle::{Listener, MonitorHandle, Objects};
use super::link_record::{self, Peers};
use super::options::Options;
use super::records::Record;
use super::registry::{Acts, Function};
use super::{addr, netns, route, words};
use crate::error::Result;
use crate::kernel::events::{self, Event, Follower, Object, Places, What};
use crate::kernel::namespace::Namespace;

/// Enough for a burst of 100,000 changes that nobody reads meanwhile.
const BUFFER: u64 = 128 << 20;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::new("netns.events", Acts::Alone, 1, events).options(&["ns", "all", "objects", "timeout", "buffer"])];

/// `netns.events{ns=, all=, objects=, timeout=, buffer=}`: an iterator.
fn events(args: &mut Args) -> mlua::Result<MultiValue> {
    let options = args.options(1)?;
    let places = match options.is_on("all")? {
        true if options.has("ns") => return Err(options.wrong_type("ns", "left out beside all = true").into()),
        true => Places::All,
        false => Places::These(namespaces(&options)?),
    };
    let buffer = options.size("buffer")?.unwrap_or(BUFFER);
    let buffer = usize::try_from(buffer.min(i32::MAX as u64)).unwrap_or(usize::MAX);
    let wanted = events::Options { places, objects: objects(&options)?, buffer };
    let timeout = options.duration("timeout")?;
    let listener = Listener::Objects(Objects::new(Follower::new(wanted)?, Texts::new(&args.lua)?));
    values(&args.lua, MonitorHandle::new(listener, timeout))
}

/// `ns=`: one or an array of them; the one nsl runs in if it is absent.
fn namespaces(options: &Options) -> Result<Vec<Namespace>> {
    let wrong = || options.wrong_type("ns", "a namespace or an array of them");
    let one = |value: &Value| netns::found(value).unwrap_or_else(|| Err(wrong()));
    match options.value("ns") {
        None => Ok(vec![Namespace::home()]),
        Some(Value::Table(list)) => {
            list.sequence_values::<Value>().map(|value| one(&value.map_err(|_| wrong())?)).collect()
        }
        Some(value) => Ok(vec![one(value)?]),
    }
}

/// `objects={"link", "route"}`; all but those of IPsec if it is absent.
fn objects(options: &Options) -> Result<Vec<Object>> {
    let Some(words) = options.strings("objects")? else {
        return Ok(Object::ALL.iter().copied().filter(|object| !object.is_ipsec()).collect());
    };
    let object = |word: &String| {
        let known = Object::ALL.iter().copied().find(|object| object.name() == word);
        known.ok_or_else(|| {
            let names: Vec<_> = Object::ALL.iter().map(|object| object.name()).collect();
            options.wrong_value("objects", &format!("an array of {}", names.join(", ")), word)
        })
    };
    words.iter().map(object).collect()
}

/// How events and what is in them print: made once for a loop, not for each event.
#[derive(Clone)]
pub(super) struct Texts {
    event: Table,
    route: Table,
}

impl Texts {
    fn new(lua: &Lua) -> mlua::Result<Self> {
        Ok(Self { event: bulk::metatable(lua, line)?, route: bulk::metatable(lua, route::line)? })
    }

    /// Each as `{object=, action=, netns=, dev=, record=}`, or `{action="overrun", netns=}`.
    pub(super) fn events(&self, lua: &Lua, events: &[Event]) -> mlua::Result<Vec<Table>> {
        let mut tables = Bulk::several(lua, [Some(self.event.clone()), Some(self.route.clone())])?;
        for event in events {
            tables.open();
            write(&mut tables, event);
            tables.close();
        }
        let tables: Vec<Table> = tables.finish()?.sequence_values().collect::<mlua::Result<_>>()?;
        let peers = Peers::among_few();
        for (event, table) in events.iter().zip(&tables) {
            if let What::Object(_, _, record) = &event.what
                && let Some(record) = self.record(lua, &event.namespace, record, &peers)?
            {
                table.raw_set("record", record)?;
            }
        }
        Ok(tables)
    }

    /// The record of an object; none of a route, which is written with its event.
    fn record(
        &self,
        lua: &Lua,
        namespace: &Namespace,
        record: &events::Record,
        peers: &Peers,
    ) -> mlua::Result<Option<Table>> {
        Ok(Some(match record {
            events::Record::Link(link) => link_record::table(lua, namespace, link, peers)?,
            events::Record::Addr(address) => addr::table(lua, address)?,
            events::Record::Words(settings) => words::record(lua, settings)?,
            events::Record::Netns(found) => {
                let record = Record::new(lua)?.set("name", netns::text(lua, found.name.as_deref())?)?;
                let record = record.set("inode", found.inode)?;
                record.set("path", netns::text(lua, Some(found.path.as_os_str()))?)?.table()
            }
            events::Record::Route(_) => return Ok(None),
        }))
    }
}

/// Writes an event into the record that is open, and of objects that come by the hundred thousand what it is about.
fn write(tables: &mut Bulk<'_>, event: &Event) {
    let label = event.namespace.label();
    let namespace = Some(label.as_str()).filter(|label| !label.is_empty());
    let What::Object(object, action, record) = &event.what else {
        tables.word("action", Some("overrun"));
        return tables.word("netns", namespace);
    };
    tables.word("object", Some(object.name()));
    tables.word("action", Some(action.name()));
    tables.word("dev", record.dev());
    match record {
        events::Record::Netns(found) => tables.word("netns", found.name.as_ref().and_then(|name| name.to_str())),
        _ => tables.word("netns", namespace),
    }
    if let events::Record::Route(route) = record {
        tables.open_record("record");
        route::fields(tables, route);
        tables.close();
    }
}

/// `ns0: add addr 10.0.0.1/24 dev eth0`.
fn line(event: &Table) -> mlua::Result<String> {
    let text = |table: &Table, key: &str| table.raw_get::<Option<String>>(key);
    let mut line = text(event, "netns")?.map_or_else(String::new, |netns| format!("{netns}: "));
    line += &text(event, "action")?.unwrap_or_default();
    let (Some(object), Some(record)) = (text(event, "object")?, event.raw_get::<Option<Table>>("record")?) else {
        return Ok(line);
    };
    line += &format!(" {object}");
    if object == "route" {
        return Ok(format!("{line} {}", route::line(&record)?));
    }
    for key in [
        "name", "family", "address", "prefix", "dst", "mac", "grp", "vid", "vni", "spi", "dir", "id", "priority",
        "kind", "handle", "classid",
    ] {
        // A link's address is not what it is known by, and the family of most is plain from what they are.
        let is_told = match key {
            "address" => object != "link",
            "family" => object == "netconf",
            _ => true,
        };
        if let Some(value) = text(&record, key)?.filter(|_| is_told) {
            line += &format!(" {value}");
        }
    }
    if object != "link"
        && let Some(dev) = text(event, "dev")?
    {
        line += &format!(" dev {dev}");
    }
    Ok(line)
}
