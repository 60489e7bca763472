//! What exists: every function of the API by name, in lists that each topic's file gives.
//!
//! A function `netns.addr_add(dev, …)` is also the method `link:addr_add(…)` and `ns:addr_add("eth0", …)`:
//! which of them follows from what the function acts on.

use mlua::{Lua, MultiValue};

use super::args::Args;
use super::bind::Waiting;
use crate::kernel::link::kind;
use crate::kernel::words::{self, Word};

/// What a function acts on: its first parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acts {
    /// On nothing that has a handle: no method.
    Alone,
    /// On a namespace: `netns.exec(ns, …)`, `ns:exec(…)`.
    OnNamespace,
    /// On this many devices: `netns.addr_add(dev, …)`, `link:addr_add(…)`, `ns:addr_add("eth0", …)`.
    OnDevices(usize),
    /// A method only, of the handle with this type: `process:wait(…)`.
    Method(&'static str),
    /// On a device or a namespace: `netns.addr_list(dev_or_ns)`.
    OnEither,
}

/// How a function runs.
pub(super) enum Call {
    /// Returns when the kernel has done it.
    Now(fn(&mut Args) -> mlua::Result<MultiValue>),
    /// Begins something that takes time; other tasks go on.
    Waits(fn(&mut Args) -> mlua::Result<Waiting>),
    /// The same around the script's own code: it comes to true and results, or to false and the value to raise.
    Tries(fn(&mut Args) -> mlua::Result<Waiting>),
    /// Written in Lua; this checks the arguments and puts them in order for it.
    Lua(fn(&mut Args) -> mlua::Result<MultiValue>),
}

/// One function of the API.
pub struct Function {
    /// Its full name: `netns.addr_add`.
    pub name: &'static str,
    /// What it acts on.
    pub acts: Acts,
    /// The most arguments it takes.
    pub most: usize,
    /// The keys of its options table, but for those of kinds of links; empty if it has none.
    pub options: &'static [&'static str],
    /// Tables of the kernel's words that are keys of it too.
    pub words: &'static [&'static [Word]],
    pub(super) call: Call,
}

impl Function {
    /// A function that returns when the kernel has done it, of so many arguments, without options.
    pub(super) const fn new(
        name: &'static str,
        acts: Acts,
        most: usize,
        call: fn(&mut Args) -> mlua::Result<MultiValue>,
    ) -> Self {
        Self { name, acts, most, options: &[], words: &[], call: Call::Now(call) }
    }

    /// With these keys in its table of options.
    pub(super) const fn options(self, options: &'static [&'static str]) -> Self {
        Self { options, ..self }
    }

    /// With the words of these tables in it.
    pub(super) const fn words(self, words: &'static [&'static [Word]]) -> Self {
        Self { words, ..self }
    }

    /// `netns`.
    pub fn module(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(module, _)| module)
    }

    /// `addr_add`.
    pub fn short_name(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, short)| short)
    }

    /// All keys of its options table. Links take the options of every kind.
    pub fn option_keys(&self) -> impl Iterator<Item = &'static str> {
        let kinds = matches!(self.short_name(), "link_add" | "link_set");
        let words = self.words.iter().copied().flat_map(words::settable);
        self.options.iter().copied().chain(words).chain(kinds.then(kind::settable_option_names).into_iter().flatten())
    }

    /// Its name as a method of a `Link`, if it is one: `link_set` is `set` there.
    pub fn on_link(&self) -> Option<&'static str> {
        match self.acts {
            Acts::OnDevices(_) | Acts::OnEither => {
                Some(self.short_name().strip_prefix("link_").unwrap_or(self.short_name()))
            }
            Acts::Alone | Acts::OnNamespace | Acts::Method(_) => None,
        }
    }

    /// Its name as a method of a `Netns`, if it is one.
    pub fn on_namespace(&self) -> Option<&'static str> {
        (!matches!(self.acts, Acts::Alone | Acts::Method(_))).then(|| self.short_name())
    }

    /// Its name as a method of the handle `kind` alone, if it is one.
    pub fn method_of(&self, kind: &str) -> Option<&'static str> {
        matches!(self.acts, Acts::Method(of) if of == kind).then(|| self.short_name())
    }
}

/// Every function there is, in the order of the reference.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    [
        super::netns::FUNCTIONS,
        super::process::FUNCTIONS,
        super::link::FUNCTIONS,
        super::addr::FUNCTIONS,
        super::route::FUNCTIONS,
        super::rule::FUNCTIONS,
        super::nexthop::FUNCTIONS,
        super::events::FUNCTIONS,
        super::neigh::FUNCTIONS,
        super::fdb::FUNCTIONS,
        super::mdb::FUNCTIONS,
        super::bridge_vlan::FUNCTIONS,
        super::bridge_mst::FUNCTIONS,
        super::bridge_vni::FUNCTIONS,
        super::addrlabel::FUNCTIONS,
        super::token::FUNCTIONS,
        super::maddr::FUNCTIONS,
        super::mroute::FUNCTIONS,
        super::ntable::FUNCTIONS,
        super::netconf::FUNCTIONS,
        super::xfrm::FUNCTIONS,
        super::fou::FUNCTIONS,
        super::l2tp::FUNCTIONS,
        super::macsec::FUNCTIONS,
        super::mptcp::FUNCTIONS,
        super::tcp_metrics::FUNCTIONS,
        super::ioam::FUNCTIONS,
        super::sr::FUNCTIONS,
        super::ila::FUNCTIONS,
        super::sysctl::FUNCTIONS,
        super::nft::FUNCTIONS,
        super::ethtool::FUNCTIONS,
        super::stats::FUNCTIONS,
        super::shape::FUNCTIONS,
        super::tc::FUNCTIONS,
        super::filter::FUNCTIONS,
        super::action::FUNCTIONS,
        super::probe::FUNCTIONS,
        super::handle::PROCESS_FUNCTIONS,
        super::lab::FUNCTIONS,
        super::topo::FUNCTIONS,
        super::cidr::FUNCTIONS,
        super::task::FUNCTIONS,
        super::handle::TASK_FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

/// A function that panics, for the test of how a bug in nsl is reported. It is in no list, and release builds lack it.
#[cfg(feature = "test-hooks")]
static PANIC: Function = Function {
    name: "netns.panic",
    acts: Acts::Alone,
    most: 9,
    options: &[],
    words: &[],
    call: Call::Now(|_| panic!("asked for by a test")),
};

/// Makes the modules and sets them as globals and in `package.loaded`.
pub(super) fn install(lua: &Lua) -> mlua::Result<()> {
    let loaded: mlua::Table = lua.globals().get::<mlua::Table>("package")?.get("loaded")?;
    for module in ["netns", "lab", "topo", "task"] {
        let table = lua.create_table()?;
        let is_method = |function: &Function| matches!(function.acts, Acts::Method(_));
        for function in functions().filter(|function| function.module() == module && !is_method(function)) {
            table.raw_set(function.short_name(), super::bind::function(lua, function, super::bind::Form::Plain)?)?;
        }
        #[cfg(feature = "test-hooks")]
        if module == "netns" {
            table.raw_set("panic", super::bind::function(lua, &PANIC, super::bind::Form::Plain)?)?;
        }
        super::strict::strict_module(lua, module, &table)?;
        lua.globals().raw_set(module, &table)?;
        loaded.raw_set(module, table)?;
    }
    // A module that is one function.
    for function in functions().filter(|function| function.module() == function.name) {
        let value = super::bind::function(lua, function, super::bind::Form::Plain)?;
        lua.globals().raw_set(function.name, &value)?;
        loaded.raw_set(function.name, value)?;
    }
    Ok(())
}
