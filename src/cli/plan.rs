//! `nsl plan FILE`: what `up` would build, as a table or as JSON. Needs no privileges and touches nothing.

use ipnet::IpNet;
use serde_json::{Value, json};

use super::args::{Args, LabFile};
use super::exit::Ended;
use super::file;
use super::run;
use crate::kernel::link::format_mac;
use crate::lab::{Assigned, AssignedNode, Outline, Plan, Way};
use crate::script;

/// Shows the plan of the lab of a file.
pub(super) fn plan(args: &Args, file: &LabFile) -> Ended {
    run::whole(|| {
        run::begin_at_home(args)?;
        let declared = file::read(file)?;
        let assigned = declared.lab.assigned()?;
        let text = declared.lab.with_plan(|plan| {
            if args.json {
                format!("{}\n", as_json(plan, &assigned))
            } else {
                Outline { plan, assigned: &assigned }.to_string()
            }
        });
        script::write_output(text.as_bytes())?;
        if !args.json && !args.quiet {
            assigned.notes.iter().for_each(|note| script::note(note));
        }
        Ok(())
    })
}

/// The plan for programs, with the names that `net:plan()` has.
fn as_json(plan: &Plan, assigned: &Assigned) -> Value {
    let nodes = assigned.nodes.iter().enumerate().map(|(number, node)| {
        let interfaces = node.interfaces.iter().enumerate().map(|(place, interface)| {
            let (peer, at) = assigned.peer(plan, number, place);
            let addresses: Vec<String> = interface.addresses.iter().map(IpNet::to_string).collect();
            json!({
                "name": interface.name,
                "address": addresses,
                "mac": format_mac(&interface.mac),
                "mtu": interface.mtu,
                "peer": { "node": plan.nodes[peer].name, "name": assigned.nodes[peer].interfaces[at].name },
            })
        });
        let hosts = node.hosts.iter().zip(&plan.nodes[number].hosts).map(|(interface, host)| {
            let addresses: Vec<String> = interface.addresses.iter().map(IpNet::to_string).collect();
            let mac = host.mac.as_ref().map(|mac| format_mac(mac));
            json!({ "name": interface.name, "address": addresses, "mac": mac, "mtu": host.mtu, "host": host.device })
        });
        json!({
            "name": plan.nodes[number].name,
            "kind": plan.nodes[number].kind.name(),
            "role": plan.nodes[number].role,
            "bridge": node.bridge.as_ref().map(|bridge| json!({ "name": bridge.name, "stp": bridge.stp })),
            "interfaces": interfaces.chain(hosts).collect::<Vec<_>>(),
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
    let way = |way: &Way| json!({ "via": way.via, "dev": node.dev(way) });
    let dst = if route.dst.prefix_len() == 0 { "default".to_owned() } else { route.dst.to_string() };
    match &route.ways[..] {
        [one] => json!({ "dst": dst, "via": one.via, "dev": node.dev(one) }),
        ways => json!({ "dst": dst, "nexthops": ways.iter().map(way).collect::<Vec<_>>() }),
    }
}
