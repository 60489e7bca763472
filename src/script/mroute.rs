//! `netns`: routes of multicast.

use mlua::{MultiValue, Value};

use super::args::Args;
use super::bind::values;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::kernel::address_text;
use crate::kernel::mroute::{self, Filter};
use crate::kernel::names::Names;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::new("netns.mroute_list", Acts::OnNamespace, 2, list)
        .options(&["family", "to", "from", "iif", "table"])];

/// `netns.mroute_list(ns?, {family=, to=, from=, iif=, table=})`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let namespace = args.namespace(1)?;
    let options = args.options(2)?;
    let tables = Names::tables();
    let table: Option<u32> = match options.value("table") {
        Some(Value::String(word)) if word.as_bytes() == *b"all" => None,
        _ => options.named_number("table", "a number, a name in rt_tables, or \"all\"", &tables)?,
    };
    let network = |key| options.string(key)?.map(|text| address_text::network(&text)).transpose();
    let filter = Filter {
        is_ipv6: options.family("family")?.map(|family| family == crate::probe::Family::V6),
        to: network("to")?,
        from: network("from")?,
        iif: options.device("iif", &namespace)?,
        table: table.map(|number| tables.name(number)),
    };
    let routes = mroute::list(&namespace, &filter)?;
    values(&args.lua, lua_words::records(&args.lua, &["src", "dst", "iif", "multipath", "state"], &routes)?)
}
