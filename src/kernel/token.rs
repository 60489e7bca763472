//! The second half of the IPv6 addresses that a link makes of routers' announcements, in the words of `ip token` (Linux
//! `IFLA_INET6_TOKEN`).

use std::net::Ipv6Addr;

use nix::errno::Errno;

use super::device::{Device, index_names};
use super::entry;
use super::namespace::Namespace;
use super::words::{Setting, Settings};
use crate::error::{Error, Result, explain};
use crate::netlink::{Message, Socket, attr};

/// Length of `struct ifinfomsg`.
const LENGTH: usize = 16;
/// `IFLA_INET6_TOKEN`.
const TOKEN: u16 = 7;

/// Sets a link's token: an address whose first half is zero.
pub fn set(device: &Device, token: Ipv6Addr) -> Result<()> {
    let refused = |error: Error| {
        let error = error.explain(&[(Errno::EINVAL, &explain::TOKEN_REFUSED)]).with("link", device);
        error.with("name", &device.name).with("token", token)
    };
    // The kernel takes the second half of whatever it is.
    if token.octets()[..8] != [0; 8] {
        return Err(refused(Error::system(Errno::EINVAL)).object(device));
    }
    let set = device.namespace.with_socket(|socket| {
        let mut message = Message::new(libc::RTM_SETLINK, &header(device.index_in(socket)?));
        attr::nest(&mut message.bytes, libc::IFLA_AF_SPEC, |families| {
            attr::nest(families, libc::AF_INET6 as u16, |inner| attr::put(inner, TOKEN, &token.octets()));
        });
        socket.execute(message, 0).map_err(|error| {
            device
                .or_missing(entry::refused(refused(error), format!("token of \"{device}\""), "setting a token"), socket)
        })
    });
    set.map_err(|error| error.object(device))
}

/// Takes a link its token away.
pub fn delete(device: &Device) -> Result<()> {
    set(device, Ipv6Addr::UNSPECIFIED)
}

fn header(index: u32) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[0] = libc::AF_INET6 as u8;
    header[4..8].copy_from_slice(&index.to_ne_bytes());
    header
}

/// The tokens of all links of a namespace that can have one: each with its `dev`; `"::"` is none.
pub fn list(namespace: &Namespace) -> Result<Vec<Settings>> {
    namespace.with_socket(|socket| list_in(socket, None))
}

/// The token of a link; `ENODEV` if there is no such link.
pub fn get(device: &Device) -> Result<Settings> {
    let found = device.namespace.with_socket(|socket| {
        let index = device.index_in(socket)?;
        list_in(socket, Some(index))
    })?;
    let none = || Error::new(&explain::TOKEN_NONE).with("link", device).object(device);
    found.into_iter().next().ok_or_else(none)
}

fn list_in(socket: &mut Socket, wanted: Option<u32>) -> Result<Vec<Settings>> {
    let names = index_names(socket)?;
    socket.dump_with(&Message::new(libc::RTM_GETLINK, &header(0)), |_, bytes| {
        let (index, flags) = (attr::u32_of(bytes.get(4..)?)?, attr::u32_of(bytes.get(8..)?)?);
        let without = (libc::IFF_LOOPBACK | libc::IFF_NOARP).cast_unsigned();
        if wanted.is_some_and(|wanted| wanted != index) || flags & without != 0 {
            return None;
        }
        let token = attr::find(attr::find(bytes.get(LENGTH..)?, libc::IFLA_PROTINFO)?, TOKEN)?;
        let token = Ipv6Addr::from(<[u8; 16]>::try_from(token).ok()?);
        let dev = Setting::Text(names.get(&index)?.clone());
        Some(vec![("token".into(), Setting::Text(token.to_string())), ("dev".into(), dev)])
    })
}
