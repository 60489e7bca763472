//! `cidr`: networks written as text, and arithmetic with them. Pure: no kernel, no privileges.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use mlua::{AnyUserData, Lua, MultiValue, UserData, UserDataMethods, Value};

use super::args::{Args, integer};
use super::bind::{self, Form, values};
use super::handle::{Handle, add_common};
use super::registry::{Acts, Function};
use crate::error::Error;
use crate::kernel::address_text::{self, whole};

const fn method(name: &'static str, most: usize, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::Method("Cidr"), most, call)
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("cidr", Acts::Alone, 1, cidr),
    method("cidr.host", 2, host),
    method("cidr.subnet", 3, subnet),
    method("cidr.subnets", 2, subnets),
    method("cidr.contains", 2, contains),
    method("cidr.overlaps", 2, overlaps),
];

/// A network, or an address in it: `10.0.0.5/16` keeps its 5.
pub(super) struct CidrHandle(pub(super) IpNet);

/// `cidr "10.0.0.0/16"`.
fn cidr(args: &mut Args) -> mlua::Result<MultiValue> {
    let net = match args.value(1) {
        Value::UserData(handle) if handle.is::<CidrHandle>() => handle.borrow::<CidrHandle>()?.0,
        Value::String(text) => address_text::interface(&text.to_string_lossy())?,
        _ => return Err(args.wrong_type(1, "a network such as \"10.0.0.0/16\"").into()),
    };
    values(&args.lua, CidrHandle(net))
}

impl Args {
    fn cidr(&self) -> mlua::Result<IpNet> {
        match self.value(1).as_userdata().and_then(|handle| handle.borrow::<CidrHandle>().ok()) {
            Some(handle) => Ok(handle.0),
            None => Err(self.wrong_type(1, "a Cidr").into()),
        }
    }

    /// A `Cidr`, or an address with or without a prefix length.
    fn other(&self, position: usize) -> mlua::Result<IpNet> {
        match self.value(position) {
            Value::UserData(handle) if handle.is::<CidrHandle>() => Ok(handle.borrow::<CidrHandle>()?.0),
            Value::String(text) => Ok(address_text::network(&text.to_string_lossy())?),
            _ => Err(self.wrong_type(position, "an address or a network").into()),
        }
    }

    /// A place from 1 on, or from -1 backwards, as a number from 0 to `last`.
    fn place(&self, position: usize, what: &str, last: u128) -> mlua::Result<u128> {
        let number = integer(&self.value(position)).ok_or_else(|| self.wrong_type(position, what))?;
        let size = u128::from(number.unsigned_abs());
        if size == 0 || size - 1 > last {
            let count = last.saturating_add(1);
            let expected = format!("{what} from 1 to {count}, or from the end -1 to -{count}");
            return Err(self.wrong_value(position, &expected, number).into());
        }
        Ok(if number > 0 { size - 1 } else { last - (size - 1) })
    }
}

/// The first address as a number.
fn first(net: IpNet) -> u128 {
    match net.network() {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The address of `net`'s family that a number is.
fn address(net: IpNet, number: u128) -> IpAddr {
    match net {
        // A number within the family's bits: nothing is cut off.
        #[allow(clippy::cast_possible_truncation)]
        IpNet::V4(_) => Ipv4Addr::from(number as u32).into(),
        IpNet::V6(_) => Ipv6Addr::from(number).into(),
    }
}

/// How many bits are left for hosts.
fn host_bits(net: IpNet) -> u8 {
    net.max_prefix_len() - net.prefix_len()
}

/// The greatest number of so many bits.
fn greatest(bits: u8) -> u128 {
    u128::MAX.checked_shr(128 - u32::from(bits)).unwrap_or(0)
}

/// `cidr:host(i)`. The network's own address is none of a host's, nor is the broadcast address of IPv4; where there are
/// at most two addresses, all are (RFC 3021, RFC 6164).
fn host(args: &mut Args) -> mlua::Result<MultiValue> {
    let net = args.cidr()?;
    let bits = host_bits(net);
    let (lowest, highest) = match net {
        _ if bits <= 1 => (0, greatest(bits)),
        IpNet::V4(_) => (1, greatest(bits) - 1),
        IpNet::V6(_) => (1, greatest(bits)),
    };
    let place = args.place(2, "the number of a host", highest - lowest)?;
    values(&args.lua, address(net, first(net) + lowest + place).to_string())
}

/// A prefix length that divides `net`.
fn length(args: &Args, net: IpNet, position: usize) -> mlua::Result<u8> {
    let (least, most) = (net.prefix_len(), whole(net.addr()));
    let expected = format!("a prefix length from {least} to {most}");
    let length = integer(&args.value(position)).ok_or_else(|| args.wrong_type(position, &expected))?;
    let fits = u8::try_from(length).ok().filter(|length| (least..=most).contains(length));
    fits.ok_or_else(|| args.wrong_value(position, &expected, length).into())
}

/// The part of `net` with this prefix length, counted from 0.
fn part(net: IpNet, length: u8, place: u128) -> Result<IpNet, Error> {
    // All of the address space in one part: there is nothing to shift by.
    let width = u32::from(net.max_prefix_len() - length);
    let start = first(net) + place.checked_shl(width).unwrap_or(0);
    IpNet::new(address(net, start), length).map_err(|_| Error::system(nix::errno::Errno::EINVAL))
}

/// `cidr:subnet(length, i)`.
fn subnet(args: &mut Args) -> mlua::Result<MultiValue> {
    let net = args.cidr()?;
    let length = length(args, net, 2)?;
    let place = args.place(3, "the number of a subnet", greatest(length - net.prefix_len()))?;
    values(&args.lua, CidrHandle(part(net, length, place)?))
}

/// `cidr:subnets(length)`: an iterator.
fn subnets(args: &mut Args) -> mlua::Result<MultiValue> {
    let net = args.cidr()?;
    let length = length(args, net, 2)?;
    let last = greatest(length - net.prefix_len());
    let next = Cell::new(Some(0));
    let step = bind::now(&args.lua, "cidr.subnets", move |lua, _| {
        let Some(place) = next.get() else { return values(lua, Value::Nil) };
        next.set((place < last).then(|| place + 1));
        values(lua, CidrHandle(part(net, length, place)?))
    })?;
    values(&args.lua, step)
}

/// `cidr:contains(x)`: all of it; what is of the other family never.
fn contains(args: &mut Args) -> mlua::Result<MultiValue> {
    let (net, other) = (args.cidr()?, args.other(2)?);
    values(&args.lua, net.trunc().contains(&other.trunc()))
}

/// `cidr:overlaps(x)`: of two networks that share an address one contains the other.
fn overlaps(args: &mut Args) -> mlua::Result<MultiValue> {
    let (net, other) = (args.cidr()?.trunc(), args.other(2)?.trunc());
    values(&args.lua, net.contains(&other) || other.contains(&net))
}

impl Handle for CidrHandle {
    const TYPE: &'static str = "Cidr";
    const FIELDS: &'static [&'static str] = &["address", "network", "prefix", "broadcast", "netmask", "size", "family"];
    const FORM: Form = Form::OfHandle;

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        let text = |text: &dyn ToString| lua.create_string(text.to_string()).map(Value::String);
        match name {
            "address" => text(&self.0.addr()),
            "network" => text(&self.0.network()),
            "prefix" => Ok(Value::Integer(self.0.prefix_len().into())),
            "broadcast" => text(&self.0.broadcast()),
            "netmask" => text(&self.0.netmask()),
            "size" => Ok(size(host_bits(self.0))),
            _ => text(if self.0.addr().is_ipv4() { &"inet" } else { &"inet6" }),
        }
    }

    fn text(&self) -> String {
        self.0.to_string()
    }
}

/// How many addresses so many bits have: an integer where Lua has it.
fn size(bits: u8) -> Value {
    match bits {
        0..=62 => Value::Integer(1 << bits),
        _ => Value::Number(2f64.powi(bits.into())),
    }
}

impl UserData for CidrHandle {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        add_common::<Self, M>(methods);
        // Lua asks for equality of any two userdata.
        methods.add_meta_function("__eq", |_, (one, other): (AnyUserData, AnyUserData)| {
            let (one, other) = (one.borrow::<Self>().ok(), other.borrow::<Self>().ok());
            Ok(matches!((one, other), (Some(one), Some(other)) if one.0 == other.0))
        });
        for (name, holds) in [("__lt", std::cmp::Ordering::is_lt as fn(_) -> _), ("__le", std::cmp::Ordering::is_le)] {
            methods.add_meta_function(name, move |lua, (one, other): (Value, Value)| {
                let (one, other) = (ordered(lua, &one)?, ordered(lua, &other)?);
                Ok(holds(one.cmp(&other)))
            });
        }
    }
}

/// What is compared with `<`: IPv4 before IPv6, then by address, then by prefix length.
fn ordered(lua: &Lua, value: &Value) -> mlua::Result<IpNet> {
    match value.as_userdata().and_then(|handle| handle.borrow::<CidrHandle>().ok()) {
        Some(handle) => Ok(handle.0),
        None => {
            let error = Error::new(&crate::error::explain::COMPARED).with("got", super::args::describe(value));
            let (place, frames) = super::place::here(lua);
            Err(error.op("cidr").place(place).frames(frames).into())
        }
    }
}
