//! Route sockets kept between calls: of nsl's own namespace and of those held by a descriptor, a bounded number.
//!
//! A named namespace has none here: a socket would keep it alive after its name is gone. A socket is taken out while
//! it is used, so that calls within calls, and threads, never share one.

use std::sync::{Mutex, PoisonError};

use crate::netlink::Socket;

/// How many are kept: with 10,000 namespaces one descriptor each is what the usual limits allow.
const MOST: usize = 256;

/// The latest used is last.
static SOCKETS: Mutex<Vec<(u64, Socket)>> = Mutex::new(Vec::new());

fn sockets() -> std::sync::MutexGuard<'static, Vec<(u64, Socket)>> {
    SOCKETS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the socket of namespace `id` out.
pub(super) fn take(id: u64) -> Option<Socket> {
    let mut sockets = sockets();
    let at = sockets.iter().rposition(|(known, _)| *known == id)?;
    Some(sockets.remove(at).1)
}

/// Keeps a socket; the one that was not used for the longest goes.
pub(super) fn keep(id: u64, socket: Socket) {
    let mut sockets = sockets();
    // Closed after the lock is let go: closing takes its time.
    let oldest = (sockets.len() >= MOST).then(|| sockets.remove(0));
    sockets.push((id, socket));
    drop(sockets);
    drop(oldest);
}

/// Closes what is kept of namespace `id`.
pub(super) fn forget(id: u64) {
    while let Some(socket) = take(id) {
        drop(socket);
    }
}
