//! Addresses and limits of Multipath TCP, in the words of `ip mptcp` (Linux `include/uapi/linux/mptcp.h`).

use nix::errno::Errno;

use super::family::{Family, attributes, matching, shown};
use super::namespace::Namespace;
use super::words::Form::{Bit32, Ip4, Ip6, Link, Names16, U8, U16, U32};
use super::words::{self, Setting, Settings, Word, field, find, flat, need, option, text};
use crate::error::{Result, explain};
use crate::netlink::attr;

/// The path manager of Multipath TCP.
pub static FAMILY: Family = Family { name: "mptcp_pm", what: "Multipath TCP", module: "", config: "CONFIG_MPTCP" };
/// `MPTCP_PM_CMD_*`.
const ADD: u8 = 1;
const DELETE: u8 = 2;
/// The command that lists the endpoints.
pub const GET: u8 = 3;
const FLUSH: u8 = 4;
const SET_LIMITS: u8 = 5;
const GET_LIMITS: u8 = 6;
const SET_FLAGS: u8 = 7;
/// `MPTCP_PM_ATTR_ADDR`, `MPTCP_PM_ADDR_ATTR_FLAGS`.
const ADDRESS: u16 = 1;
const FLAGS: u16 = 6;

/// An endpoint: `MPTCP_PM_ADDR_ATTR_*`.
pub const ENDPOINT: &[Word] = &[
    option("family", 1, Names16(&[(2, "inet"), (10, "inet6")])),
    option("id", 2, U8),
    option("address", 3, Ip4),
    option("address", 4, Ip6),
    option("port", 5, U16),
    field("signal", FLAGS, 4, 0, Bit32(1)),
    field("subflow", FLAGS, 4, 0, Bit32(2)),
    field("backup", FLAGS, 4, 0, Bit32(4)),
    field("fullmesh", FLAGS, 4, 0, Bit32(8)),
    field("implicit", FLAGS, 4, 0, Bit32(16)),
    field("laminar", FLAGS, 4, 0, Bit32(32)),
    option("dev", 7, Link),
];

/// An endpoint in its attribute, as the kernel tells it.
pub const TOLD: &[Word] = &[flat(ADDRESS, ENDPOINT)];

/// The limits: `MPTCP_PM_ATTR_*`.
pub const LIMITS: &[Word] = &[option("add_addr_accepted", 2, U32), option("subflows", 3, U32)];

/// Adds an endpoint.
pub fn add(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["address"])?;
    change(namespace, ADD, settings)
}

/// Deletes the endpoint with this `id`.
pub fn delete(namespace: &Namespace, settings: &Settings) -> Result<()> {
    need(settings, &["id"])?;
    change(namespace, DELETE, settings)
}

/// Sets `backup` and `fullmesh` of the endpoint with this `id` or `address`; what is not said is off then.
pub fn set(namespace: &Namespace, settings: &Settings) -> Result<()> {
    if find(settings, "address").is_none() {
        need(settings, &["id"])?;
    }
    change(namespace, SET_FLAGS, settings)
}

fn change(namespace: &Namespace, command: u8, settings: &Settings) -> Result<()> {
    let mut settings = settings.clone();
    if let Some(address) = text(&settings, "address")
        && find(&settings, "family").is_none()
    {
        let family = if address.contains(':') { "inet6" } else { "inet" };
        settings.push(("family".into(), Setting::Text(family.to_owned())));
    }
    let id = find(&settings, "id").map(|id| format!(" {id}")).unwrap_or_default();
    let address = text(&settings, "address").map(|address| format!(" {address}")).unwrap_or_default();
    let bytes = attributes(namespace, TOLD, &settings)?;
    let sent = FAMILY.send(namespace, command, &bytes, &format!("endpoint{id}{address} of Multipath TCP"));
    sent.map(drop).map_err(|error| {
        let missing = error.kernel_text().is_some_and(|text| text.contains("not found"));
        let error = if missing { error.explain(&[(Errno::EINVAL, &explain::OBJECT_MISSING)]) } else { error };
        let rows = [(Errno::EBUSY, &explain::OBJECT_IN_USE), (Errno::ERANGE, &explain::MPTCP_FULL)];
        error.explain(&rows).with("remedy", "choose another id")
    })
}

/// The endpoints that are as `filter` says.
pub fn list(namespace: &Namespace, filter: &Settings) -> Result<Vec<Settings>> {
    let mut listed = FAMILY.list(namespace, GET, TOLD, "endpoint of Multipath TCP")?;
    for endpoint in &mut listed {
        endpoint.retain(|(key, value)| key != "family" && !(key == "port" && *value == Setting::Integer(0)));
    }
    matching(namespace, TOLD, listed, filter)
}

/// Deletes all endpoints; how many there were.
pub fn flush(namespace: &Namespace) -> Result<usize> {
    let count = list(namespace, &Settings::new())?.len();
    let mut none = Vec::new();
    attr::nest(&mut none, ADDRESS, |_| {});
    FAMILY.send(namespace, FLUSH, &none, "endpoints of Multipath TCP")?;
    Ok(count)
}

/// Sets the limits that `settings` say, and gives all of them.
pub fn limits(namespace: &Namespace, settings: &Settings) -> Result<Settings> {
    let read = || -> Result<Settings> {
        let answers = FAMILY.send(namespace, GET_LIMITS, &[], "limits of Multipath TCP")?;
        Ok(answers.first().map(|bytes| words::decode(LIMITS, &[], bytes, &|_| None)).unwrap_or_default())
    };
    if settings.is_empty() {
        return read();
    }
    let what = format!("limit of {} subflows of Multipath TCP", shown(settings, "subflows"));
    FAMILY.write(namespace, SET_LIMITS, (LIMITS, settings), &what)?;
    read()
}
