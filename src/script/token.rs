//! `netns`: tokens of links, the second half of their IPv6 addresses.

use std::net::IpAddr;

use mlua::MultiValue;

use super::args::Args;
use super::bind::values;
use super::records;
use super::registry::{Acts, Function};
use super::words as lua_words;
use crate::error::{Error, explain};
use crate::kernel::address_text;
use crate::kernel::token;

const fn of_device(name: &'static str, most: usize, call: fn(&mut Args) -> mlua::Result<MultiValue>) -> Function {
    Function::new(name, Acts::OnDevices(1), most, call)
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_device("netns.token_set", 2, set),
    of_device("netns.token_delete", 1, delete),
    of_device("netns.token_get", 1, get),
    Function::new("netns.token_list", Acts::OnEither, 1, list),
];

/// `netns.token_set(dev, token)`.
fn set(args: &mut Args) -> mlua::Result<MultiValue> {
    let device = args.device(1)?;
    match address_text::address(&args.string(2)?)? {
        IpAddr::V6(address) => token::set(&device, address)?,
        IpAddr::V4(address) => {
            return Err(Error::new(&explain::ADDRESS_FAMILY).with("text", address).with("family", "IPv6").into());
        }
    }
    args.nothing()
}

/// `netns.token_delete(dev)`.
fn delete(args: &mut Args) -> mlua::Result<MultiValue> {
    token::delete(&args.device(1)?)?;
    args.nothing()
}

/// `netns.token_get(dev)`.
fn get(args: &mut Args) -> mlua::Result<MultiValue> {
    let found = token::get(&args.device(1)?)?;
    values(&args.lua, records::one(&args.lua, lua_words::record(&args.lua, &found)?)?)
}

/// `netns.token_list(dev_or_ns?)`.
fn list(args: &mut Args) -> mlua::Result<MultiValue> {
    let tokens = match args.device_or_namespace(1)? {
        (namespace, None) => token::list(&namespace)?,
        (_, Some(device)) => vec![token::get(&device)?],
    };
    values(&args.lua, lua_words::records(&args.lua, &["token", "dev"], &tokens)?)
}
