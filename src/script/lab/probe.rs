//! Asking: from node to node, and all pairs at once.

use std::net::IpAddr;

use ipnet::IpNet;
use mlua::{Lua, Table};

use super::Shared;
use crate::error::{Result, explain};
use crate::lab::{Assigned, Live, Plan, Who};
use crate::probe::Family;
use crate::probe::pingall::{Pairs, PingAll, PingAllRun};
use crate::script::args::Args;
use crate::script::bind::{Waiting, values};
use crate::script::progress::Watched;
use crate::script::records::{Record, with_text};

/// `net:ping(a, b, opts?)`.
pub(super) fn ping(args: &mut Args) -> mlua::Result<Waiting> {
    let lab = args.lab()?;
    let (from, node) = (args.node(2, &lab)?, args.node(3, &lab)?);
    let (from, to) = (lab.borrow().namespace(from)?, lab.borrow().namespace(node)?);
    let options = args.options(4)?;
    let family = options.family("family")?;
    let target = match crate::probe::address_of(&to, &from, family) {
        // A link that is down has lost its IPv6 addresses: that nobody answers is a result all the same.
        Err(error) if error.is(&explain::PING_NO_ADDRESS) => planned_address(&lab, node, family)?.ok_or(error)?,
        found => found?,
    };
    crate::script::probe::begin(&from, target, None, &options)
}

/// The first address that the plan gives a node.
fn planned_address(lab: &Shared, node: usize, family: Option<Family>) -> Result<Option<IpAddr>> {
    let name = lab.borrow().plan().nodes[node].name.clone();
    let of_node = |plan: &Plan, assigned: &Assigned, _: &Live| {
        let place = plan.nodes.iter().position(|node| node.name == name);
        Ok(place.map(|place| assigned.nodes[place].interfaces.clone()).unwrap_or_default())
    };
    let interfaces = lab.borrow_mut().on_live(of_node)?;
    let mut addresses = interfaces.iter().flat_map(|interface| &interface.addresses);
    let fits = |address: &&IpNet| family.is_none_or(|family| address.addr().is_ipv4() == (family == Family::V4));
    Ok(addresses.find(fits).map(|address| address.addr()))
}

/// `net:throughput(a, b, opts?)`.
pub(super) fn throughput(args: &mut Args) -> mlua::Result<Waiting> {
    let lab = args.lab()?;
    let (a, b) = (args.node(2, &lab)?, args.node(3, &lab)?);
    let lab = lab.borrow();
    let names = (lab.plan().nodes[a].name.clone(), lab.plan().nodes[b].name.clone());
    crate::script::probe::begin_throughput(lab.namespace(a)?, lab.namespace(b)?, names, &args.options(4)?)
}

/// `net:pingall{nodes=, sample=, seed=, family=, timeout=, quiet=}`.
pub(super) fn pingall(args: &mut Args) -> mlua::Result<Waiting> {
    let lab = args.lab()?;
    let options = args.options(2)?;
    let who = match options.string("nodes")?.as_deref() {
        None => Who::Hosts,
        Some("all") => Who::All,
        Some(other) => return Err(options.wrong_value("nodes", "\"all\"", other).into()),
    };
    let (family, quiet) = (options.family("family")?, options.is_on("quiet")?);
    let mut spec = lab.borrow_mut().all_pairs(who, family)?;
    if let Some(timeout) = options.duration("timeout")? {
        spec.timeout = timeout;
    }
    if let Some(count) = options.number("sample", "a number of pairs")? {
        spec.pairs = Pairs::Sample { count, seed: options.number("seed", "a number")?.unwrap_or(0) };
    }
    Ok(Waiting::new(Watched::new(PingAllRun::start(spec)?, quiet), |lua, result| values(lua, table(lua, &result)?)))
}

/// The result as a table that prints as the matrix or the summary.
fn table(lua: &Lua, result: &PingAll) -> mlua::Result<Table> {
    let failed = lua.create_table()?;
    for &(from, to) in &result.failed {
        let record = Record::new(lua)?.set("from", result.hosts[from].as_str())?;
        failed.raw_push(record.set("to", result.hosts[to].as_str())?.table())?;
    }
    let table = Record::new(lua)?
        .set("sent", result.sent)?
        .set("received", result.received)?
        .set("loss", result.loss)?
        .set("failed", failed)?
        .set("too_far", result.too_far)?
        .set("walled", result.walled)?
        .set("elapsed", result.elapsed.as_secs_f64())?
        .table();
    with_text(lua, &table, result.to_string())?;
    Ok(table)
}
