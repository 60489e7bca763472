//! The side of the program that has labs: a socket, made before nsl moves into namespaces of its own, and a thread.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket};
use serde_json::{Value, json};

use super::{board, wire};
use crate::error::{Error, Result};
use crate::kernel::namespace::Namespace;
use crate::process;

/// How long the door stays shut where a descriptor is lacking.
const BREATH: std::time::Duration = std::time::Duration::from_millis(100);

/// The socket before it listens; then that it does.
enum Door {
    Closed(Option<OwnedFd>),
    Open,
}

static DOOR: Mutex<Door> = Mutex::new(Door::Closed(None));

fn make() -> nix::Result<OwnedFd> {
    socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)
}

/// Makes the socket where nsl is now: others find it there, wherever nsl goes. To be called only by who goes somewhere.
pub fn prepare() {
    // Without it the labs of this run are out of reach, and all else is as it is.
    if let Ok(socket) = make() {
        *DOOR.lock().unwrap_or_else(PoisonError::into_inner) = Door::Closed(Some(socket));
    }
}

/// Listens, from the first lab on. Where that cannot be, labs are up all the same.
pub(super) fn open() {
    let mut door = DOOR.lock().unwrap_or_else(PoisonError::into_inner);
    if let Door::Closed(socket) = &mut *door {
        let socket = socket.take();
        *door = Door::Open;
        // Whoever wants to come in is told that there is no such lab.
        let _ = socket.map_or_else(make, Ok).map_err(Error::from).and_then(start);
    }
}

fn start(socket: OwnedFd) -> Result<()> {
    let pid = std::process::id();
    // Another PID namespace may have a process of the same number beside the same network.
    let names =
        [format!("{}{pid}", wire::PREFIX)].into_iter().chain((2..9).map(|n| format!("{}{pid}.{n}", wire::PREFIX)));
    let mut bound = Err(Errno::EADDRINUSE);
    for name in names {
        bound = bind(socket.as_raw_fd(), &UnixAddr::new_abstract(name.as_bytes())?);
        if bound != Err(Errno::EADDRINUSE) {
            break;
        }
    }
    bound?;
    listen(&socket, Backlog::new(16)?)?;
    let listener = UnixListener::from(socket);
    let thread = std::thread::Builder::new().name("nsl-door".to_owned()).stack_size(256 << 10);
    thread.spawn(move || {
        // Signals are for the thread that waits for them. Refused for a set that there is not.
        let _ = nix::sys::signal::SigSet::all().thread_block();
        loop {
            match listener.accept() {
                // Who hung up meanwhile needs no answer.
                Ok((mut stream, _)) => drop(answer(&mut stream)),
                // Too many files are open: there may be fewer in a moment.
                Err(_) => std::thread::sleep(BREATH),
            }
        }
    })?;
    Ok(())
}

/// Answers one question of this process's own user or of root.
fn answer(stream: &mut UnixStream) -> std::io::Result<()> {
    let (_, uid) = wire::peer(stream)?;
    // In a user namespace of its own only the user that made it is known there, as root.
    if uid != nix::unistd::geteuid().as_raw() && uid != 0 {
        return Ok(());
    }
    stream.set_read_timeout(Some(wire::PATIENCE))?;
    stream.set_write_timeout(Some(wire::PATIENCE))?;
    let question = wire::read_question(stream)?;
    match (question["lab"].as_u64(), question["node"].as_str()) {
        (Some(lab), Some(node)) => match lend(lab, node) {
            Ok(Some(lent)) => {
                let fds: Vec<RawFd> = lent.iter().map(AsRawFd::as_raw_fd).collect();
                wire::write_answer(stream, &json!({}), &fds)
            }
            Ok(None) => wire::write_answer(stream, &json!({ "missing": true }), &[]),
            Err(error) => wire::write_answer(stream, &json!({ "error": error.message() }), &[]),
        },
        _ => wire::write_answer(stream, &list(), &[]),
    }
}

fn list() -> Value {
    let lab = |lab: &board::Posted| {
        let nodes: Vec<&str> = lab.nodes.iter().map(|(name, _)| name.as_str()).collect();
        json!({ "number": lab.number, "name": lab.name, "since": lab.since, "nodes": nodes })
    };
    board::with(|labs| labs.iter().map(lab).collect())
}

/// What it takes to be in a node: its network namespace, the first process of the lab's PID namespace, the user and the
/// mount namespace of this process, and the mount namespace that the node's programs are in.
fn lend(lab: u64, node: &str) -> Result<Option<[OwnedFd; 5]>> {
    let found = board::with(|labs| {
        let lab = labs.iter().find(|known| known.number == lab)?;
        let (_, namespace) = lab.nodes.iter().find(|(name, _)| name == node)?;
        Some((lab.group, Namespace::clone(namespace)))
    });
    let Some((group, namespace)) = found else { return Ok(None) };
    let network = namespace.open()?.try_clone()?;
    let Some(init) = process::hold_group(group)?.pidfd() else { return Ok(None) };
    let own = |name: &str| File::open(format!("/proc/thread-self/ns/{name}")).map(OwnedFd::from);
    let Some(view) = process::lend_view(&namespace)? else { return Ok(None) };
    Ok(Some([network, init, own("user")?, own("mnt")?, view.try_clone()?]))
}
