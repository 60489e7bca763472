//! Links whose other end is a program: tun and tap, as `ip tuntap` makes them (Linux `if_tun.h`, `IFLA_TUN_*`).
//!
//! They are made by calls on `/dev/net/tun`, opened in the namespace where they belong, and stay until they are deleted.

use std::fs::File;
use std::os::fd::AsRawFd;

use nix::errno::Errno;

use super::Kind;
use crate::error::{Error, Result, explain};
use crate::kernel::device::Device;
use crate::kernel::words::Form::{self, Names8, Switch8, U32};
use crate::kernel::words::{self, Own, Setting, Settings, Word, fact, option};

pub(super) const KINDS: &[Kind] = &[
    Kind { own: OWN, make: Some(make_tap), ..Kind::new("tap", "tun", "CONFIG_TUN") },
    Kind { own: OWN, make: Some(make_tun), ..Kind::new("tun", "tun", "CONFIG_TUN") },
];

const OWN: &[Word] = &[
    option("user", 1, Form::Own(&USER)),
    option("group", 2, Form::Own(&GROUP)),
    option("mode", 3, Names8(&[(1, "tun"), (2, "tap")])),
    option("pi", 4, Switch8),
    option("vnet_hdr", 5, Switch8),
    fact("persist", 6, Switch8),
    option("multi_queue", 7, Switch8),
    fact("numqueues", 8, U32),
    fact("numdisabled", 9, U32),
];

/// Whose programs may use it: a user.
static USER: Own = Own {
    expected: "a user's name or number",
    encode: |value| id(value, |name| Some(nix::unistd::User::from_name(name).ok()??.uid.as_raw())),
    decode: |bytes| number(bytes),
    width: Some(4),
};

/// The same: a group of users.
static GROUP: Own = Own {
    expected: "a group of users, by name or number",
    encode: |value| id(value, |name| Some(nix::unistd::Group::from_name(name).ok()??.gid.as_raw())),
    decode: |bytes| number(bytes),
    width: Some(4),
};

fn number(bytes: &[u8]) -> Option<Setting> {
    crate::netlink::attr::u32_of(bytes).map(|id| Setting::Integer(i64::from(id)))
}

fn id(value: &Setting, named: fn(&str) -> Option<u32>) -> Option<Vec<u8>> {
    let id = match value {
        Setting::Integer(number) => u32::try_from(*number).ok(),
        Setting::Text(name) => name.parse().ok().or_else(|| named(name)),
        _ => None,
    };
    id.map(|id| id.to_ne_bytes().to_vec())
}

// Linux `if_tun.h`.
nix::ioctl_write_ptr_bad!(tun_set_iff, nix::request_code_write!(b'T', 202, size_of::<libc::c_int>()), libc::ifreq);
nix::ioctl_write_int_bad!(tun_set_persist, nix::request_code_write!(b'T', 203, size_of::<libc::c_int>()));
nix::ioctl_write_int_bad!(tun_set_owner, nix::request_code_write!(b'T', 204, size_of::<libc::c_int>()));
nix::ioctl_write_int_bad!(tun_set_group, nix::request_code_write!(b'T', 206, size_of::<libc::c_int>()));
nix::ioctl_write_ptr_bad!(tun_set_index, nix::request_code_write!(b'T', 218, size_of::<libc::c_uint>()), libc::c_uint);

fn make_tap(device: &Device, own: &Settings, index: Option<u32>) -> Result<()> {
    make("tap", device, own, index)
}

fn make_tun(device: &Device, own: &Settings, index: Option<u32>) -> Result<()> {
    make("tun", device, own, index)
}

#[allow(unsafe_code)]
fn make(kind: &str, device: &Device, own: &Settings, index: Option<u32>) -> Result<()> {
    // Checks the values.
    words::encode(OWN, own, &mut words::no_links)?;
    let mode = words::text(own, "mode").unwrap_or(kind);
    let flags = if mode == "tap" { libc::IFF_TAP } else { libc::IFF_TUN };
    let flag = |on: bool, flag: libc::c_int| if on { flag } else { 0 };
    let flags = flags
        | libc::IFF_TUN_EXCL
        | flag(!words::flag(own, "pi"), libc::IFF_NO_PI)
        | flag(words::flag(own, "vnet_hdr"), libc::IFF_VNET_HDR)
        | flag(words::flag(own, "multi_queue"), libc::IFF_MULTI_QUEUE);
    let whose = |key, own_form: &'static Own| {
        let bytes = words::find(own, key).and_then(own_form.encode)?;
        crate::netlink::attr::u32_of(&bytes).map(u32::cast_signed)
    };
    let (user, group) = (whose("user", &USER), whose("group", &GROUP));
    let name = device.name.clone();
    let made = device.namespace.enter(move || {
        let file = File::options().read(true).write(true).open("/dev/net/tun")?;
        let fd = file.as_raw_fd();
        // SAFETY: all bits zero are a valid ifreq.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        let room = request.ifr_name.len() - 1;
        for (place, byte) in request.ifr_name[..room].iter_mut().zip(name.bytes()) {
            *place = byte as libc::c_char;
        }
        request.ifr_ifru.ifru_flags = flags as libc::c_short;
        let set = || -> nix::Result<()> {
            if let Some(index) = index {
                // SAFETY: the kernel reads one number.
                unsafe { tun_set_index(fd, &raw const index) }?;
            }
            // SAFETY: the kernel reads the name, which ends with a NUL, and the flags.
            unsafe { tun_set_iff(fd, &raw const request) }?;
            // SAFETY: these take a number.
            unsafe {
                user.map_or(Ok(0), |user| tun_set_owner(fd, user))?;
                group.map_or(Ok(0), |group| tun_set_group(fd, group))?;
                tun_set_persist(fd, 1)?;
            }
            Ok(())
        };
        // Not made to stay, it goes with the file.
        set().map_err(Error::system)
    });
    made.map_err(|error| match error.as_errno() {
        Some(Errno::ENOENT | Errno::ENODEV | Errno::ENXIO) => super::missing(kind).errno(Errno::EOPNOTSUPP),
        // It is asked for by its name alone.
        Some(Errno::EBUSY | Errno::EINVAL) if device.is_there() => {
            Error::new(&explain::LINK_EXISTS).errno(Errno::EEXIST).with("link", device)
        }
        _ => error,
    })
}

/// The kind of a link by its options: the kernel calls both `tun`.
pub(super) fn kind_of(options: &Settings) -> &'static str {
    if words::text(options, "mode") == Some("tap") { "tap" } else { "tun" }
}
