//! Routes that the script gave a node: they come last, and win over the lab's own to the same place. Pure.

use ipnet::IpNet;

use super::super::super::plan::{ExtraRoute, Node};
use super::super::check::host_bits;
use super::super::draft::refusal;
use super::super::family::{Family, is_link_local};
use super::super::{AssignedNode, Route, Way};
use crate::error::{Error, Result, Row, explain, nearest};

/// Adds a node's own routes to those that it has.
pub(super) fn add(node: &Node, assigned: &mut AssignedNode) -> Result<()> {
    let extra = node.routes.iter().map(|route| resolve(node, assigned, route)).collect::<Result<Vec<_>>>()?;
    assigned.routes.retain(|route| extra.iter().all(|given| given.dst != route.dst));
    assigned.routes.extend(extra);
    Ok(())
}

fn resolve(node: &Node, assigned: &AssignedNode, route: &ExtraRoute) -> Result<Route> {
    host_bits(route.dst, &node.place).map_err(|error| error.object(&node.name))?;
    let interface = match (&route.dev, route.via) {
        (Some(name), _) => Some(device(node, assigned, route, name)?),
        (None, None) => return Err(wrong(&explain::LAB_ROUTE_WAY, node, route)),
        (None, Some(_)) => None,
    };
    let Some(via) = route.via else {
        return Ok(Route {
            dst: route.dst,
            ways: interface.map(|interface| Way { via: None, interface }).into_iter().collect(),
        });
    };
    if Family::of(IpNet::from(via)) != Family::of(route.dst) {
        let error = wrong(&explain::ROUTE_FAMILY, node, route);
        return Err(error.with("key", "via").with("address", via));
    }
    let reaches = |place: &usize| assigned.at(*place).1.iter().any(|net| net.contains(&via));
    let interface = match interface {
        Some(place) if reaches(&place) || is_link_local(via) => Some(place),
        Some(_) => None,
        None => (0..assigned.count()).find(reaches),
    };
    let Some(interface) = interface else {
        let place = route.dev.as_ref().map(|name| format!("not on \"{name}\""));
        let error = wrong(&explain::LAB_ROUTE_GATEWAY, node, route).with("via", via);
        return Err(error.with("where", place.as_deref().unwrap_or("on none of its links")));
    };
    Ok(Route { dst: route.dst, ways: vec![Way { via: Some(via), interface }] })
}

/// The place of the interface that a route names.
fn device(node: &Node, assigned: &AssignedNode, route: &ExtraRoute, name: &str) -> Result<usize> {
    let names = || (0..assigned.count()).map(|place| assigned.at(place).0);
    names()
        .position(|known| known == name)
        .ok_or_else(|| wrong(&explain::LAB_ROUTE_DEVICE, node, route).with("name", name).near(nearest(name, names())))
}

fn wrong(row: &'static Row, node: &Node, route: &ExtraRoute) -> Error {
    refusal(row, &node.place).object(&node.name).with("node", &node.name).with("route", route.dst)
}
