//! `nsl plan FILE`: what `up` would build, as a table or as JSON. Needs no privileges and touches nothing.

use ipnet::IpNet;
use serde_json::{Value, json};

use super::args::{Args, LabFile};
use super::exit::Ended;
use super::file;
use super::run;
use super::table::Table;
use super::up::count;
use crate::error::escape;
use crate::kernel::link::format_mac;
use crate::lab::{Assigned, AssignedNode, Kind, Plan, Way};
use crate::script;

/// Shows the plan of the lab of a file.
pub(super) fn plan(args: &Args, file: &LabFile) -> Ended {
    run::whole(|| {
        run::begin_at_home(args)?;
        let declared = file::read(file)?;
        let assigned = declared.lab.assigned()?;
        let text = declared.lab.with_plan(|plan| {
            if args.json { format!("{}\n", as_json(plan, &assigned)) } else { as_text(plan, &assigned) }
        });
        script::write_output(text.as_bytes())?;
        if !args.json && !args.quiet {
            assigned.notes.iter().for_each(|note| script::note(note));
        }
        Ok(())
    })
}

/// The plan for people: a line of totals, then an interface a line.
fn as_text(plan: &Plan, assigned: &Assigned) -> String {
    let routes: usize = assigned.nodes.iter().map(|node| node.routes.len()).sum();
    let name = plan.name.as_ref().map(|name| format!(" \"{}\"", escape(name))).unwrap_or_default();
    let totals = [(plan.nodes.len(), "node"), (plan.links.len(), "link"), (routes, "route")];
    let totals: Vec<String> = totals.iter().map(|&(number, word)| count(number, word)).collect();
    let mut table = Table::new(&["node", "kind", "routes", "interface", "address", "mac", "to"]);
    for (number, node) in assigned.nodes.iter().enumerate() {
        let planned = &plan.nodes[number];
        let mut first = [escape(&planned.name), kind_name(planned.kind).to_owned(), node.routes.len().to_string()];
        if let Some(bridge) = &node.bridge {
            let stp = if bridge.stp { "spanning tree" } else { "" };
            table.row(first.into_iter().chain([bridge.name.clone(), String::new(), String::new(), stp.to_owned()]));
            first = Default::default();
        }
        for (place, interface) in node.interfaces.iter().enumerate() {
            let addresses: Vec<String> = interface.addresses.iter().map(IpNet::to_string).collect();
            let (peer, name) = peer(plan, assigned, number, place);
            let rest = [
                interface.name.clone(),
                addresses.join(", "),
                format_mac(&interface.mac),
                format!("{}/{name}", escape(&plan.nodes[peer].name)),
            ];
            table.row(first.into_iter().chain(rest));
            first = Default::default();
        }
        if node.interfaces.is_empty() && node.bridge.is_none() {
            table.row(first);
        }
    }
    let table = if plan.nodes.is_empty() { String::new() } else { table.to_string() };
    format!("lab{name}: {}\n{table}", totals.join(", "))
}

/// The other end of an interface's link: its node and its name there.
fn peer<'a>(plan: &Plan, assigned: &'a Assigned, node: usize, place: usize) -> (usize, &'a str) {
    let number = assigned.nodes[node].interfaces[place].link;
    let (link, places) = (&plan.links[number], assigned.links[number]);
    let (peer, at) =
        if link.a.node == node && places[0] == place { (link.b.node, places[1]) } else { (link.a.node, places[0]) };
    (peer, &assigned.nodes[peer].interfaces[at].name)
}

/// The plan for programs, with the names that `net:plan()` has.
fn as_json(plan: &Plan, assigned: &Assigned) -> Value {
    let nodes = assigned.nodes.iter().enumerate().map(|(number, node)| {
        let interfaces = node.interfaces.iter().enumerate().map(|(place, interface)| {
            let (peer, name) = peer(plan, assigned, number, place);
            let addresses: Vec<String> = interface.addresses.iter().map(IpNet::to_string).collect();
            json!({
                "name": interface.name,
                "address": addresses,
                "mac": format_mac(&interface.mac),
                "mtu": interface.mtu,
                "peer": { "node": plan.nodes[peer].name, "name": name },
            })
        });
        json!({
            "name": plan.nodes[number].name,
            "kind": kind_name(plan.nodes[number].kind),
            "role": plan.nodes[number].role,
            "bridge": node.bridge.as_ref().map(|bridge| json!({ "name": bridge.name, "stp": bridge.stp })),
            "interfaces": interfaces.collect::<Vec<_>>(),
            "routes": node.routes.iter().map(|one| route(node, one)).collect::<Vec<_>>(),
        })
    });
    let link = |(number, ends): (usize, &[usize; 2])| {
        let link = &plan.links[number];
        let end = |node: usize, place: usize| json!({ "node": plan.nodes[node].name, "name": assigned.nodes[node].interfaces[place].name });
        json!({ "a": end(link.a.node, ends[0]), "b": end(link.b.node, ends[1]), "cost": link.cost })
    };
    json!({
        "name": plan.name,
        "nodes": nodes.collect::<Vec<_>>(),
        "links": assigned.links.iter().enumerate().map(link).collect::<Vec<_>>(),
        "notes": assigned.notes,
    })
}

fn route(node: &AssignedNode, route: &crate::lab::assign::Route) -> Value {
    let way = |way: &Way| json!({ "via": way.via, "dev": node.interfaces[way.interface].name });
    let dst = if route.dst.prefix_len() == 0 { "default".to_owned() } else { route.dst.to_string() };
    match &route.ways[..] {
        [one] => json!({ "dst": dst, "via": one.via, "dev": node.interfaces[one.interface].name }),
        ways => json!({ "dst": dst, "nexthops": ways.iter().map(way).collect::<Vec<_>>() }),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Host => "host",
        Kind::Router => "router",
        Kind::Switch => "switch",
        Kind::Node => "node",
    }
}
