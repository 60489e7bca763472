//! The side of whoever wants to go in: finding the doors, asking what is behind each, going through.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::PathBuf;

use nix::sched::{CloneFlags, setns};
use nix::unistd::{Gid, Uid, geteuid, seteuid, setgid, setgroups, setuid};
use serde_json::{Value, json};

use super::wire;
use crate::error::{Error, Result, explain};
use crate::kernel::namespace::{Group, Namespace, many};
use crate::process;

/// A lab that is up in another process.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The process that has it.
    pub owner: i32,
    /// Its number among the labs of that process, from 1.
    pub number: u64,
    /// When it came up: seconds since 1970.
    pub since: u64,
    /// The names of its nodes.
    pub nodes: Vec<String>,
    /// The name of the socket.
    door: String,
    /// The user of the process.
    uid: u32,
}

/// Where a program for a node of another process's lab is to run.
#[derive(Debug)]
pub struct Visitor {
    /// The node.
    pub namespace: Namespace,
    /// The user and mount namespaces that have to be joined first.
    join: Vec<(OwnedFd, CloneFlags)>,
    /// Whose they are.
    uid: u32,
}

/// The labs of all processes that run and let this user in: those of its own first.
pub fn labs() -> Vec<Open> {
    let mut labs: Vec<Open> = doors().iter().filter_map(|door| ask(door).ok()).flatten().collect();
    let own = geteuid().as_raw();
    labs.sort_by_key(|lab| (lab.uid != own, lab.owner, lab.number));
    labs
}

/// The names of the sockets.
fn doors() -> Vec<String> {
    let table = std::fs::read_to_string("/proc/self/net/unix").unwrap_or_default();
    // The last word of a line is the name, `@` for the byte 0 (proc(5)); those of connections are there once more.
    let mut doors: Vec<String> = table
        .lines()
        .filter_map(|line| line.rsplit(' ').next()?.strip_prefix('@'))
        .filter(|name| name.starts_with(wire::PREFIX))
        .map(str::to_owned)
        .collect();
    doors.sort();
    doors.dedup();
    doors
}

/// Opens a connection to a door of this user, or as root to anybody's: as that user then, because in a user namespace of
/// its own a process knows no other.
fn knock(door: &str) -> std::io::Result<(UnixStream, i32, u32)> {
    let address = SocketAddr::from_abstract_name(door)?;
    let stream = UnixStream::connect_addr(&address)?;
    let (pid, uid) = wire::peer(&stream)?;
    let own = geteuid();
    let stream = if uid == own.as_raw() || uid == 0 {
        stream
    } else if own.is_root() {
        seteuid(Uid::from_raw(uid))?;
        let stream = UnixStream::connect_addr(&address);
        seteuid(own)?;
        stream?
    } else {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    };
    stream.set_read_timeout(Some(wire::PATIENCE))?;
    stream.set_write_timeout(Some(wire::PATIENCE))?;
    Ok((stream, pid, uid))
}

fn ask(door: &str) -> std::io::Result<Vec<Open>> {
    let (mut stream, owner, uid) = knock(door)?;
    wire::write_question(&mut stream, &json!({}))?;
    let (answer, _) = wire::read_answer(&mut stream)?;
    let lab = |lab: &Value| {
        let nodes = lab["nodes"].as_array()?.iter().filter_map(|node| node.as_str().map(str::to_owned));
        Some(Open {
            name: lab["name"].as_str().map(str::to_owned),
            owner,
            number: lab["number"].as_u64()?,
            since: lab["since"].as_u64()?,
            nodes: nodes.collect(),
            door: door.to_owned(),
            uid,
        })
    };
    Ok(answer.as_array().map(|labs| labs.iter().filter_map(lab).collect()).unwrap_or_default())
}

impl Open {
    /// How it is addressed without a name: `1234`, the second lab of that process `1234.2`.
    pub fn by_pid(&self) -> String {
        if self.number == 1 { self.owner.to_string() } else { format!("{}.{}", self.owner, self.number) }
    }

    /// Asks for a node of it; programs there live beside those of the lab, and end with this process.
    ///
    /// Errors: the lab or the node is gone (`ENOENT`); its process does not answer.
    pub fn enter(&self, node: &str) -> Result<Visitor> {
        if !self.nodes.iter().any(|name| name == node) {
            return Err(crate::lab::named::node_missing(node, self.nodes.iter().map(String::as_str)));
        }
        let refused =
            |reason: String| Error::new(&explain::DOOR).with("pid", self.owner).with("what", reason).object(node);
        let answered = knock(&self.door).and_then(|(mut stream, ..)| {
            wire::write_question(&mut stream, &json!({ "lab": self.number, "node": node }))?;
            wire::read_answer(&mut stream)
        });
        let (answer, fds) = answered.map_err(|error| refused(error.to_string()))?;
        let Ok([network, init, user, mounts, view]) = <[OwnedFd; 5]>::try_from(fds) else {
            return Err(refused(answer["error"].as_str().unwrap_or("it is gone").to_owned()));
        };
        let group = Group::another();
        let pid = process::pid_behind(&init).ok_or_else(|| refused("it is gone".to_owned()))?;
        process::adopt_group(group, pid, init);
        let mut join = Vec::new();
        for (fd, name, flag) in [(user, "user", CloneFlags::CLONE_NEWUSER), (mounts, "mnt", CloneFlags::CLONE_NEWNS)] {
            let own = std::fs::metadata(format!("/proc/self/ns/{name}"))?;
            let other = File::from(fd.try_clone()?).metadata()?;
            if (own.dev(), own.ino()) != (other.dev(), other.ino()) {
                join.push((fd, flag));
            }
        }
        let namespace = many::lent(network, node.to_owned(), group);
        process::adopt_view(&namespace, view, node);
        Ok(Visitor { namespace, join, uid: self.uid })
    }
}

impl Visitor {
    /// Goes into the user and mount namespaces of the lab's process, as a whole: no other thread may exist. Gives the
    /// directory if it is not to be found there.
    #[allow(clippy::disallowed_methods, reason = "no thread exists yet, and this process moves as a whole")]
    pub fn join(&self) -> Result<Option<PathBuf>> {
        let directory = std::env::current_dir();
        let refused = |errno| Error::new(&explain::DOOR_JOIN).errno(errno);
        for (fd, flag) in &self.join {
            // Root becomes the user whose namespaces they are, and is there what that user is.
            let becomes = *flag == CloneFlags::CLONE_NEWUSER && self.uid != geteuid().as_raw();
            if becomes {
                setgroups(&[]).map_err(refused)?;
            }
            setns(fd, *flag).map_err(refused)?;
            if becomes {
                setgid(Gid::from_raw(0)).map_err(refused)?;
                setuid(Uid::from_raw(0)).map_err(refused)?;
            }
        }
        // A mount namespace is entered at its root.
        Ok(directory.ok().filter(|path| !self.join.is_empty() && std::env::set_current_dir(path).is_err()))
    }
}
