//! What is up in this process, as the door tells it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::serve;
use crate::kernel::namespace::{Group, Namespace};

/// A lab that is up.
pub(super) struct Posted {
    pub(super) group: Group,
    /// Its number among all labs that this process brought up, from 1.
    pub(super) number: u64,
    pub(super) name: Option<String>,
    /// Seconds since 1970.
    pub(super) since: u64,
    pub(super) nodes: Vec<(String, Namespace)>,
}

struct Board {
    labs: Vec<Posted>,
    count: u64,
}

static BOARD: Mutex<Board> = Mutex::new(Board { labs: Vec::new(), count: 0 });

fn board() -> MutexGuard<'static, Board> {
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says which nodes a lab has from now on; the first to be up opens the door.
pub(in crate::lab) fn post(group: Group, name: Option<&str>, nodes: Vec<(String, Namespace)>) {
    let mut board = board();
    if let Some(known) = board.labs.iter_mut().find(|lab| lab.group == group) {
        known.nodes = nodes;
        return;
    }
    board.count += 1;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (number, name) = (board.count, name.map(str::to_owned));
    board.labs.push(Posted { group, number, name, since, nodes });
    drop(board);
    serve::open();
}

/// A lab is no longer up, or no longer this process's.
pub(in crate::lab) fn take_off(group: Group) {
    board().labs.retain(|lab| lab.group != group);
}

/// Calls `read` with what is up.
pub(super) fn with<T>(read: impl FnOnce(&[Posted]) -> T) -> T {
    read(&board().labs)
}
