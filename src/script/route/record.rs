//! Routes as tables, which print in the words of `ip route`.

use std::borrow::Cow;

use mlua::{Lua, Table};

use crate::kernel::route::{Family, Route};
use crate::kernel::words::Settings;
use crate::script::bulk::{self, Bulk};

/// A route as a table that `route_add` takes; it prints in the words of `ip route`.
pub(in crate::script) fn table(lua: &Lua, route: &Route) -> mlua::Result<Table> {
    let mut records = Bulk::short(lua, [Some(bulk::metatable(lua, line)?), None])?;
    write(&mut records, route);
    records.finish()?.raw_get(1)
}

pub(super) fn write(records: &mut Bulk<'_>, route: &Route) {
    records.open();
    fields(records, route);
    records.close();
}

/// Writes the fields of a route into the record that is open.
pub(in crate::script) fn fields(records: &mut Bulk<'_>, route: &Route) {
    let family = match route.family {
        Family::Inet => "inet",
        Family::Inet6 => "inet6",
        Family::Mpls => "mpls",
    };
    records.text("dst", Some(&route.dst));
    records.word("family", Some(family));
    records.text("via", route.via.as_ref());
    records.word("dev", route.dev.as_deref());
    records.text("src", route.src.as_ref());
    records.number("metric", route.metric);
    records.word("table", Some(&route.table));
    records.word("scope", Some(&route.scope));
    records.word("proto", Some(&route.proto));
    records.word("type", Some(&route.kind));
    records.number("mtu", route.mtu);
    records.number("advmss", route.advmss);
    records.on("onlink", route.onlink);
    records.number("tos", route.tos);
    records.word("pref", route.pref);
    records.number("nhid", route.nhid);
    if !route.nexthops.is_empty() {
        records.open_field("nexthops");
        for way in &route.nexthops {
            records.open();
            records.text("via", way.via.as_ref());
            records.word("dev", way.dev.as_deref());
            records.number("weight", Some(way.weight));
            records.on("onlink", way.onlink);
            more(records, &way.more);
            records.words("flags", &way.flags);
            records.close();
        }
        records.close();
    }
    more(records, &route.more);
    records.words("flags", &route.flags);
}

fn more(records: &mut Bulk<'_>, settings: &Settings) {
    for (key, value) in settings {
        if let Cow::Borrowed(key) = key {
            records.setting(key, value);
        }
    }
}

/// `default via 10.0.0.1 dev eth0 proto static metric 100`.
pub(in crate::script) fn line(record: &Table) -> mlua::Result<String> {
    let text = |record: &Table, key: &str| record.raw_get::<Option<String>>(key);
    let kind = text(record, "type")?.filter(|kind| kind != "unicast");
    let mut line = kind.map_or_else(String::new, |kind| format!("{kind} "));
    line += &text(record, "dst")?.unwrap_or_default();
    for word in ["via", "dev", "proto", "scope", "src", "metric"] {
        if let Some(value) = text(record, word)?.filter(|value| (word, value.as_str()) != ("scope", "global")) {
            line += &format!(" {word} {value}");
        }
    }
    for way in record.raw_get::<Option<Vec<Table>>>("nexthops")?.unwrap_or_default() {
        line += " nexthop";
        for word in ["via", "dev", "weight"] {
            if let Some(value) = text(&way, word)? {
                line += &format!(" {word} {value}");
            }
        }
    }
    Ok(line)
}
