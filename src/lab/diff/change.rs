//! One difference between a lab as it is and as it is to be, and many of them as text.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Place, escape};
use crate::kernel::addr::AddrSpec;
use crate::kernel::link::Setting;
use crate::kernel::route::{Found, RouteSpec};
use crate::kernel::tc::Shape;

/// What is done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is planned, and not there.
    Add,
    /// It is there, and not planned.
    Remove,
    /// It is there, and planned otherwise.
    Change,
}

impl Action {
    /// `"add"`, `"remove"`, `"change"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Change => "change",
        }
    }
}

/// One difference.
#[derive(Debug, Clone)]
pub struct Change {
    /// What is done about it.
    pub action: Action,
    /// `"node"`, `"link"`, `"address"`, `"route"`, `"sysctl"`, `"run"`, `"daemon"`; or a setting of a link: `"mtu"` ….
    pub what: Cow<'static, str>,
    /// The node.
    pub node: String,
    /// What of the node: an interface, the destination of a route, the key of a sysctl.
    pub name: Option<String>,
    /// What there is; none: nothing.
    pub have: Option<String>,
    /// What is planned; none: nothing.
    pub want: Option<String>,
    /// How it is carried out.
    pub(in crate::lab) edit: Edit,
    /// The line that declared it.
    pub(in crate::lab) place: Option<Place>,
}

/// How a difference is carried out.
#[derive(Debug, Clone)]
pub(in crate::lab) enum Edit {
    /// With the node or the link that it is a part of.
    Part,
    AddNode,
    RemoveNode,
    /// The place of the link in the plan.
    AddLink(usize),
    AddBridge,
    /// The place of the device among the node's own.
    AddDevice(usize),
    /// The place of the interface among those that are moved into the node.
    AddHost(usize),
    /// An interface, and where it is of a pair in the lab, the node and the interface at its other end.
    RemoveLink {
        index: u32,
        peer: Option<(usize, u32)>,
    },
    /// A setting in the words of `link_set`.
    Set {
        index: u32,
        key: Cow<'static, str>,
        value: Setting,
    },
    /// How an interface sends; nothing: like others.
    Shape {
        index: u32,
        shape: Shape,
    },
    AddAddress {
        index: u32,
        spec: AddrSpec,
    },
    RemoveAddress {
        index: u32,
        spec: AddrSpec,
    },
    AddRoute(RouteSpec),
    /// One that the kernel made for an address: another link may have one to the same network.
    AddConnected(RouteSpec),
    RemoveRoute(Found),
    ReplaceRoute(Found, Box<RouteSpec>),
    Sysctl(String),
}

impl fmt::Display for Change {
    /// One line: `+ link h1/eth0 -- s/eth0`, `~ h1/eth0 mtu 1400 -> 1500`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.action {
            Action::Add => '+',
            Action::Remove => '-',
            Action::Change => '~',
        };
        let node = escape(&self.node);
        let name = escape(self.name.as_deref().unwrap_or_default());
        let (have, want) = (self.have.as_deref().map(escape), self.want.as_deref().map(escape));
        let value = match (have, want) {
            (Some(have), Some(want)) => format!("{have} -> {want}"),
            (have, want) => have.or(want).unwrap_or_default(),
        };
        match &*self.what {
            "node" => write!(f, "{sign} node {node}{}", in_parentheses(&value)),
            "link" if value.contains('/') => write!(f, "{sign} link {node}/{name} -- {value}"),
            "link" => write!(f, "{sign} link {node}/{name}{}", in_parentheses(&value)),
            "address" => write!(f, "{sign} address {node}/{name} {value}"),
            what @ ("route" | "sysctl") => write!(f, "{sign} {what} {node} {name} {value}"),
            what @ ("run" | "daemon") => write!(f, "{sign} {what} {node} {value}"),
            "up" => write!(f, "{sign} {node}/{name} {value}"),
            what => write!(f, "{sign} {node}/{name} {what} {value}"),
        }
    }
}

fn in_parentheses(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

/// Changes as text: one line each, or `nothing differs`.
#[derive(Debug)]
pub struct Changes<'a>(pub &'a [Change]);

impl fmt::Display for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.0.split_first() else { return f.write_str("nothing differs") };
        write!(f, "{first}")?;
        others.iter().try_for_each(|change| write!(f, "\n{change}"))
    }
}
