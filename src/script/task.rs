//! `task`: time, for now. Waiting lets other tasks go on.

use std::sync::LazyLock;
use std::time::Instant;

use mlua::MultiValue;

use super::args::Args;
use super::bind::{Waiting, values};
use super::registry::{Acts, Call, Function};
use crate::wait::Sleep;

pub(super) static FUNCTIONS: &[Function] = &[
    Function { name: "task.sleep", acts: Acts::Alone, most: 1, options: &[], call: Call::Waits(sleep) },
    Function { name: "task.clock", acts: Acts::Alone, most: 0, options: &[], call: Call::Now(clock) },
];

/// When the run began: set when the VM is made.
pub(super) static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// `task.sleep(seconds)`.
fn sleep(args: &mut Args) -> mlua::Result<Waiting> {
    let time = args.duration(1)?;
    // A time beyond what the clock can say is as good as for ever: a century.
    let now = Instant::now();
    let deadline = now.checked_add(time).unwrap_or_else(|| now + std::time::Duration::from_secs(3_153_600_000));
    Ok(Waiting::new(Sleep::until(deadline), |_, ()| Ok(MultiValue::new())))
}

/// `task.clock()`: monotonic seconds since the run began.
fn clock(args: &mut Args) -> mlua::Result<MultiValue> {
    values(&args.lua, START.elapsed().as_secs_f64())
}
