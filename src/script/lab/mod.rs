//! `lab`: a topology as data, then up. One file a stage: declaring, being up, asking.

mod apply;
mod calls;
mod change;
mod declare;
mod graph;
mod life;
mod options;
mod probe;
mod returned;

pub(super) mod fields;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::handle::{LabHandle, NodeHandle};
use super::place;
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Place, Result, explain, nearest};
use crate::kernel::namespace::{Namespace, names};
use crate::lab::{self, Live, Plan};

pub use returned::{ReturnedLab, returned_none};

pub(super) use options::{CONFIGURE, LAB, LINK, NODE, SET};

/// A lab that handles share.
pub(super) type Shared = Rc<RefCell<Lab>>;

/// A plan, and the same up.
pub(super) struct Lab {
    plan: Plan,
    /// The place of each node of the plan, by its name.
    places: HashMap<String, usize>,
    /// The number of each link of the plan, which stays when others are removed.
    cables: Vec<u64>,
    next_cable: u64,
    /// The lines that took in a graph.
    graphs: Vec<Option<Place>>,
    /// What the plan comes to; none once the plan changed.
    assigned: Option<Rc<lab::Assigned>>,
    live: Option<Live>,
    /// What is up as it was planned, once the plan is another.
    built: Option<apply::Built>,
    /// Whether `up` is at it: functions of the script that it calls cannot change the plan.
    rising: bool,
    /// How long the last `up` took.
    elapsed: Option<f64>,
}

const fn method(name: &'static str, most: usize, options: &'static [&'static str], call: Call) -> Function {
    Function { name, acts: Acts::Method("Lab"), most, options, words: &[], call }
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("lab.new", Acts::Alone, 2, new).options(LAB),
    method("net.host", 3, NODE, Call::Now(declare::host)),
    method("net.router", 3, NODE, Call::Now(declare::router)),
    method("net.switch", 3, NODE, Call::Now(declare::switch)),
    method("net.node", 3, NODE, Call::Now(declare::node)),
    method("net.link", 4, LINK, Call::Now(declare::link)),
    method("net.add", 3, &["link", "node", "prefix"], Call::Now(graph::add)),
    method("net.remove", 2, &[], Call::Now(declare::remove)),
    method("net.up", 2, &["quiet", "keep", "timeout"], Call::Now(life::up)),
    method("net.down", 1, &[], Call::Now(life::down)),
    method("net.diff", 1, &[], Call::Now(apply::diff)),
    method("net.apply", 2, &["quiet"], Call::Now(apply::apply)),
    method("net.plan", 1, &[], Call::Now(life::plan)),
    method("net.ping", 4, super::probe::PING, Call::Waits(probe::ping)),
    method("net.throughput", 4, super::probe::THROUGHPUT, Call::Waits(probe::throughput)),
    method("net.pingall", 2, &["nodes", "sample", "seed", "family", "timeout", "quiet"], Call::Waits(probe::pingall)),
    Function::new("node.configure", Acts::Method("Node"), 2, apply::configure).options(CONFIGURE),
    Function::new("cable.set", Acts::Method("Cable"), 2, change::set).options(SET),
    Function::new("cable.down", Acts::Method("Cable"), 1, life::cable_down),
    Function {
        name: "cable.up",
        acts: Acts::Method("Cable"),
        most: 1,
        options: &[],
        words: &[],
        call: Call::Waits(life::cable_up),
    },
];

/// `lab.new(name?, opts?)`, `lab.new(opts)`.
fn new(args: &mut Args) -> mlua::Result<MultiValue> {
    let (name, options) = match args.value(1) {
        mlua::Value::String(name) => (Some(name.to_string_lossy()), args.options(2)?),
        mlua::Value::Nil if args.count() == 0 => (None, args.options(1)?),
        mlua::Value::Table(_) if args.count() == 1 => (None, args.options(1)?),
        _ => return Err(args.wrong_type(1, "a name or a table of options").into()),
    };
    if let Some(name) = &name {
        names::check_new(name.as_ref())?;
    }
    let mut plan = options::lab(name, &options)?;
    plan.options.place = place::here(&args.lua).0;
    let lab = Lab {
        plan,
        places: HashMap::new(),
        cables: Vec::new(),
        next_cable: 0,
        graphs: Vec::new(),
        assigned: None,
        live: None,
        built: None,
        rising: false,
        elapsed: None,
    };
    values(&args.lua, LabHandle(Rc::new(RefCell::new(lab))))
}

impl Lab {
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the plan comes to, worked out when it is first needed.
    pub(super) fn assigned(&mut self) -> Result<Rc<lab::Assigned>> {
        if let Some(assigned) = &self.assigned {
            return Ok(Rc::clone(assigned));
        }
        let pinned = self.pinned();
        let assigned = lab::assign::assign(pinned.as_ref().unwrap_or(&self.plan));
        let assigned = Rc::new(assigned.map_err(|error| self.declared_by(error))?);
        self.assigned = Some(Rc::clone(&assigned));
        Ok(assigned)
    }

    /// An error about a line that declared something is one of the function that was called there.
    fn declared_by(&self, error: Error) -> Error {
        let Some(here) = error.location().cloned() else { return error };
        let is_here = |place: &Option<Place>| place.as_ref() == Some(&here);
        let object = error.object_name().map(|object| object.strip_suffix("/lo").unwrap_or(object).to_owned());
        // In /run/netns nodes of a named lab are called otherwise.
        let is_named = |name: &str| {
            let object = object.as_deref().unwrap_or_default();
            object == name || (self.plan.name.is_some() && object.strip_prefix(&self.plan.options.prefix) == Some(name))
        };
        let node = self.plan.nodes.iter().filter(|node| is_here(&node.place));
        // A link is often declared on the same line as its nodes.
        let hosts = self.plan.nodes.iter().flat_map(|node| &node.hosts).any(|host| is_here(&host.place));
        let link = hosts || self.plan.links.iter().any(|link| is_here(&link.place));
        let mut node = node.filter(|node| !link || is_named(&node.name));
        // One line declares many in a loop.
        let error = match &object {
            Some(object) if !error.message().contains(&format!("\"{object}")) => error.note(format!("at \"{object}\"")),
            _ => error,
        };
        match node.next() {
            _ if self.graphs.iter().any(is_here) => error.op("net.add"),
            Some(node) => error.op(format!("net.{}", node.kind.name())),
            None if link => error.op("net.link"),
            None if is_here(&self.plan.options.place) => error.op("lab.new"),
            None => error,
        }
    }

    /// Where a node stands in the plan.
    ///
    /// Errors: there is none of this name (`ENOENT`), with one that is called much the same.
    fn known_index(&self, name: &str) -> Result<usize> {
        self.node_index(name).ok_or_else(|| {
            let near = nearest(name, self.plan.nodes.iter().map(|node| node.name.as_str()));
            Error::new(&explain::LAB_NODE_MISSING).with("node", name).object(name).near(near)
        })
    }

    pub(super) fn node_index(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Forgets what was declared after the plan had so many nodes and links.
    fn cut(&mut self, nodes: usize, links: usize) {
        self.plan.nodes.truncate(nodes);
        self.places.retain(|_, place| *place < nodes);
        self.plan.links.truncate(links);
        self.cables.truncate(links);
        self.assigned = None;
    }

    pub(super) fn cable_index(&self, id: u64) -> Option<usize> {
        self.cables.iter().position(|known| *known == id)
    }

    /// The namespace of a node that is up.
    pub(super) fn namespace(&self, index: usize) -> Result<Namespace> {
        let node = &self.plan.nodes[index].name;
        let live = self.live.as_ref().and_then(|live| live.node(node));
        // A lab that is up may have a node that is not, until `apply`.
        let row = if self.live.is_some() { &explain::LAB_NODE_WAITS } else { &explain::LAB_NOT_UP };
        live.map(|live| live.namespace.clone()).ok_or_else(|| Error::new(row).with("node", node).object(node))
    }

    /// A ping of all pairs of a lab that is up.
    fn all_pairs(
        &mut self,
        who: lab::Who,
        family: Option<crate::probe::Family>,
    ) -> Result<crate::probe::pingall::PingAllSpec> {
        self.on_live(|plan, assigned, live| lab::all_pairs(plan, assigned, live, who, family))
    }

    /// `h1 -- r1`.
    pub(super) fn cable_text(&self, index: usize) -> String {
        let link = &self.plan.links[index];
        let name = |end: &lab::End| self.plan.nodes[end.node].name.clone();
        format!("{} -- {}", name(&link.a), name(&link.b))
    }

    /// Takes down what is up; what could not be taken away is given.
    pub(super) fn take_down(lab: &Shared) -> Vec<Error> {
        let live = {
            let mut state = lab.borrow_mut();
            state.built = None;
            state.live.take()
        };
        live.map(|mut live| live.down()).unwrap_or_default()
    }
}

impl Drop for Lab {
    /// A lab that is up lives as long as its script, whatever becomes of the handles: the end of the run takes it down.
    fn drop(&mut self) {
        std::mem::forget(self.live.take());
    }
}

impl fmt::Display for Lab {
    /// `lab "demo" (3 nodes, 2 links, up)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.plan.name {
            Some(name) => write!(f, "lab \"{name}\"")?,
            None => f.write_str("lab")?,
        }
        let up = if self.live.is_some() { ", up" } else { "" };
        write!(
            f,
            " ({}, {}{up})",
            lab::counted(self.plan.nodes.len(), "node"),
            lab::counted(self.plan.links.len(), "link")
        )
    }
}

impl Args {
    /// The lab a method is called on.
    fn lab(&self) -> mlua::Result<Shared> {
        match self.value(1).as_userdata().and_then(|handle| handle.borrow::<LabHandle>().ok()) {
            Some(handle) => Ok(Rc::clone(&handle.0)),
            None => Err(self.wrong_type(1, "a lab").into()),
        }
    }

    /// A node of `lab`, by handle or name: its place in the plan.
    fn node(&self, position: usize, lab: &Shared) -> mlua::Result<usize> {
        match self.value(position) {
            mlua::Value::String(name) => Ok(lab.borrow().known_index(&name.to_string_lossy())?),
            value => match value.as_userdata().and_then(|handle| handle.borrow::<NodeHandle>().ok()) {
                Some(node) if Rc::ptr_eq(&node.lab, lab) => Ok(node.index()?),
                Some(node) => {
                    Err(Error::new(&explain::LAB_NODE_FOREIGN).with("node", &node.name).object(&node.name).into())
                }
                None => Err(self.wrong_type(position, "a node or its name").into()),
            },
        }
    }
}
