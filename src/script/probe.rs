//! `netns.ping` and `netns.throughput`: nsl's own ICMP, TCP and UDP.

use std::net::IpAddr;

use mlua::{Lua, Table, Value};

use super::args::Args;
use super::bind::{Waiting, values};
use super::handle::namespace_of;
use super::options::Options;
use super::records::{Record, with_text};
use super::registry::{Acts, Call, Function};
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::{Namespace, named};
use crate::probe::throughput::{Detail, Protocol};
use crate::probe::{Family, Ping, PingResult, PingSpec, Throughput, ThroughputRun, ThroughputSpec, address_of};

pub(super) const PING: &[&str] = &["count", "interval", "timeout", "size", "source", "ttl", "dev", "family"];

pub(super) const THROUGHPUT: &[&str] = &["duration", "udp", "rate", "parallel", "size", "family", "address", "timeout"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "netns.ping",
        acts: Acts::OnNamespace,
        most: 3,
        options: PING,
        words: &[],
        call: Call::Waits(ping),
    },
    Function {
        name: "netns.throughput",
        acts: Acts::OnNamespace,
        most: 3,
        options: THROUGHPUT,
        words: &[],
        call: Call::Waits(throughput),
    },
];

/// `netns.ping(ns, target, opts?)`.
fn ping(args: &mut Args) -> mlua::Result<Waiting> {
    let namespace = args.namespace(1)?;
    let options = args.options(3)?;
    let family = options.family("family")?;
    let (target, scope) = target(args, &namespace, family)?;
    begin(&namespace, target, scope, &options)
}

/// Pings `target`, by the link `scope` if it names one, as the options say.
pub(super) fn begin(
    namespace: &Namespace,
    target: IpAddr,
    scope: Option<String>,
    options: &Options,
) -> mlua::Result<Waiting> {
    let mut spec = PingSpec::new(target);
    spec.device = scope;
    if let Some(count) = options.number("count", "a number from 1 to 1000000")? {
        spec.count = count;
    }
    if let Some(interval) = options.duration("interval")? {
        spec.interval = interval;
    }
    if let Some(timeout) = options.duration("timeout")? {
        spec.timeout = timeout;
    }
    if let Some(size) = options.number("size", "a number of bytes")? {
        spec.size = size;
    }
    spec.ttl = options.number("ttl", "a number from 1 to 255")?;
    spec.source = options.address("source")?;
    if let Some(device) = options.string("dev")? {
        spec.device = Some(device);
    }
    Ok(Waiting::new(Ping::start(namespace, spec)?, |lua, result| values(lua, result_table(lua, &result)?)))
}

/// Where to ping: an address (`fe80::1%eth0` names the link too), or a namespace, of whose addresses one on a shared
/// subnet is taken, else the first.
fn target(args: &Args, from: &Namespace, family: Option<Family>) -> mlua::Result<(IpAddr, Option<String>)> {
    const EXPECTED: &str = "an address or a Netns";
    match args.value(2) {
        Value::String(text) => {
            let text = text.to_string_lossy();
            let (address, scope) = match text.split_once('%') {
                Some((address, scope)) => (address, Some(scope.to_owned())),
                None => (text.as_str(), None),
            };
            let address = crate::kernel::address_text::address(address).map_err(|error| match named::exists(address) {
                Ok(true) => error.note(format!("a namespace is called so: its handle is netns.get \"{address}\"")),
                _ => error,
            });
            Ok((address?, scope))
        }
        value => match namespace_of(&value) {
            Some(to) => Ok((address_of(&to?, from, family)?, None)),
            None => Err(args.wrong_type(2, EXPECTED).into()),
        },
    }
}

/// A ping's result as a table that prints as a summary.
fn result_table(lua: &Lua, result: &PingResult) -> mlua::Result<Table> {
    let replies = lua.create_table()?;
    for reply in &result.replies {
        let record = Record::new(lua)?.set("seq", reply.seq)?.set("time", reply.time)?.set("ttl", reply.ttl)?;
        replies.raw_push(record.set("from", reply.from.to_string())?.set("bytes", reply.bytes)?.table())?;
    }
    let rtt = match &result.rtt {
        Some(rtt) => {
            let record = Record::new(lua)?.set("min", rtt.min)?.set("avg", rtt.avg)?;
            Value::Table(record.set("max", rtt.max)?.set("mdev", rtt.mdev)?.table())
        }
        None => Value::Nil,
    };
    let table = Record::new(lua)?
        .set("target", result.target.to_string())?
        .set("sent", result.sent)?
        .set("received", result.received)?
        .set("loss", result.loss)?
        .set("rtt", rtt)?
        .set("replies", replies)?
        .set("error", result.error.map(|errno| format!("{errno:?}")))?
        .table();
    with_text(lua, &table, result.to_string())?;
    Ok(table)
}

/// `netns.throughput(a, b, opts?)`.
fn throughput(args: &mut Args) -> mlua::Result<Waiting> {
    let (from, to) = (args.namespace(1)?, args.namespace(2)?);
    let names = (from.label(), to.label());
    begin_throughput(from, to, names, &args.options(3)?)
}

/// Measures between two namespaces, which are called `names` in the result, as the options say.
pub(super) fn begin_throughput(
    from: Namespace,
    to: Namespace,
    names: (String, String),
    options: &Options,
) -> mlua::Result<Waiting> {
    let protocol = if options.is_on("udp")? { Protocol::Udp } else { Protocol::Tcp };
    let (foreign, other, remedy): (&[&str], _, _) = match protocol {
        Protocol::Udp => (&["parallel", "timeout"], "TCP", "leave it out, or leave out udp"),
        Protocol::Tcp => (&["rate"], "UDP", "add udp = true, or leave it out"),
    };
    if let Some(key) = foreign.iter().find(|key| options.has(key)) {
        let error = Error::new(&explain::THROUGHPUT_OPTION).with("key", key);
        return Err(error.with("protocol", other).with("remedy", remedy).into());
    }
    let family = options.family("family")?;
    let address = match options.address("address")? {
        Some(address) => address,
        None => address_of(&to, &from, family)?,
    };
    let mut spec = ThroughputSpec { names, ..ThroughputSpec::new(from, to, address, protocol) };
    if let Some(duration) = options.duration("duration")? {
        spec.duration = duration;
    }
    spec.rate = options.rate("rate")?;
    if let Some(parallel) = options.number("parallel", "a number from 1 to 128")? {
        spec.parallel = parallel;
    }
    spec.size = options.size("size")?.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    if let Some(timeout) = options.duration("timeout")? {
        spec.timeout = timeout;
    }
    let run = ThroughputRun::start(spec)?;
    Ok(Waiting::new(run, move |lua, result| values(lua, throughput_table(lua, address, &result)?)))
}

/// A measurement as a table that prints as a line.
fn throughput_table(lua: &Lua, address: IpAddr, result: &Throughput) -> mlua::Result<Table> {
    let record = Record::new(lua)?
        .set("from", result.from.as_str())?
        .set("to", result.to.as_str())?
        .set("address", address.to_string())?
        .set("bits_per_second", result.bits_per_second)?
        .set("bytes", result.bytes)?
        .set("seconds", result.seconds)?;
    let record = match result.detail {
        Detail::Tcp { retransmits } => record.set("proto", "tcp")?.set("retransmits", retransmits)?,
        Detail::Udp { sent, received, loss, jitter } => record
            .set("proto", "udp")?
            .set("sent", sent)?
            .set("received", received)?
            .set("loss", loss)?
            .set("jitter", jitter)?,
    };
    let table = record.table();
    with_text(lua, &table, result.to_string())?;
    Ok(table)
}

impl super::options::Options {
    /// `family="inet6"`.
    pub(super) fn family(&self, key: &str) -> Result<Option<Family>> {
        const EXPECTED: &str = "\"inet\" or \"inet6\"";
        match self.string(key)?.as_deref() {
            None => Ok(None),
            Some("inet") => Ok(Some(Family::V4)),
            Some("inet6") => Ok(Some(Family::V6)),
            Some(other) => Err(self.wrong_value(key, EXPECTED, other)),
        }
    }

    /// An address without a prefix.
    pub(super) fn address(&self, key: &str) -> Result<Option<IpAddr>> {
        self.string(key)?.map(|text| crate::kernel::address_text::address(&text)).transpose()
    }
}
