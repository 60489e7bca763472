//! Namespaces and schemas of In-situ OAM for IPv6, in the words of `ip ioam` (Linux `include/uapi/linux/ioam6_genl.h`).

use super::family::{Family, matching, shown};
use super::namespace::Namespace;
use super::words::Form::{self, U16, U32, U64};
use super::words::{Own, Setting, Settings, Word, find, need, option};
use crate::error::Result;
use crate::netlink::attr;

/// In-situ OAM for IPv6.
pub static FAMILY: Family =
    Family { name: "IOAM6", what: "in-situ OAM", module: "ipv6", config: "CONFIG_IPV6, of Linux 5.15 or later" };
/// `IOAM6_CMD_*`: the two that list.
pub const NAMESPACES: u8 = 3;
/// See [`NAMESPACES`].
pub const SCHEMAS: u8 = 6;

/// A namespace: `IOAM6_ATTR_*`.
pub const NAMESPACE: &[Word] =
    &[option("namespace", 1, U16), option("data", 2, U32), option("wide", 3, U64), option("schema", 4, U32)];
/// A schema.
pub const SCHEMA: &[Word] =
    &[option("schema", 4, U32), option("data", 5, Form::Own(&BYTES)), super::words::fact("namespace", 1, U16)];

/// Text as it is.
static BYTES: Own = Own {
    expected: "a text",
    encode: |value| match value {
        Setting::Text(text) => Some(text.as_bytes().to_vec()),
        _ => None,
    },
    decode: |bytes| Some(Setting::Text(attr::text(bytes))),
    width: None,
};

/// Adds a namespace; `EEXIST` if there is one of this number. A schema is then set for it.
pub fn namespace_add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["namespace"])?;
    let own = super::words::without(settings, &["schema"]);
    FAMILY.write(namespace, 1, (NAMESPACE, &own), &named("namespace", settings))?;
    match find(settings, "schema") {
        Some(_) => namespace_set(namespace, settings),
        None => Ok(()),
    }
}

/// Deletes a namespace.
pub fn namespace_delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["namespace"])?;
    let own = super::words::without(settings, &["schema", "data", "wide"]);
    FAMILY.write(namespace, 2, (NAMESPACE, &own), &named("namespace", settings))
}

/// Sets the schema of a namespace; without `schema` it has none then.
pub fn namespace_set(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["namespace"])?;
    let own = super::words::without(settings, &["data", "wide"]);
    let mut bytes = super::family::attributes(namespace, NAMESPACE, &own)?;
    if find(settings, "schema").is_none() {
        // `IOAM6_ATTR_SC_NONE`.
        attr::put(&mut bytes, 6, &[]);
    }
    let what = match find(settings, "schema") {
        // The kernel does not say which of them there is not.
        Some(schema) => format!("namespace {} or schema {schema} of in-situ OAM", shown(settings, "namespace")),
        None => named("namespace", settings),
    };
    FAMILY.send(namespace, 7, &bytes, &what).map(drop)
}

/// The namespaces that are as `filter` says.
pub fn namespace_list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let listed = FAMILY.list(namespace, NAMESPACES, NAMESPACE, "namespace of in-situ OAM")?;
    matching(namespace, NAMESPACE, listed, filter)
}

/// Adds a schema; `EEXIST` if there is one of this number.
pub fn schema_add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["schema", "data"])?;
    FAMILY.write(namespace, 4, (SCHEMA, settings), &named("schema", settings))
}

/// Deletes a schema.
pub fn schema_delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["schema"])?;
    let own = super::words::without(settings, &["data"]);
    FAMILY.write(namespace, 5, (SCHEMA, &own), &named("schema", settings))
}

/// The schemas that are as `filter` says.
pub fn schema_list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    matching(namespace, SCHEMA, FAMILY.list(namespace, SCHEMAS, SCHEMA, "schema of in-situ OAM")?, filter)
}

fn named(what: &str, settings: &Settings) -> String {
    format!("{what} {} of in-situ OAM", shown(settings, what))
}
